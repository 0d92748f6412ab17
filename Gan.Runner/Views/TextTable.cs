using Spectre.Console;

namespace Ssgan.Runner.Views;

/// <summary>A table of texts, the same on a terminal and in a file.</summary>
static class TextTable
{
    const int Width = 120;

    /// <summary>Prints it; columns but the first stand at their right.</summary>
    public static void Print(TextWriter output, IReadOnlyList<string> titles, IEnumerable<string[]> rows)
    {
        var table = new Table { Border = TableBorder.Ascii };
        for (int i = 0; i < titles.Count; i++)
        {
            var column = new TableColumn(Markup.Escape(titles[i]));
            table.AddColumn(i == 0 ? column : column.RightAligned());
        }
        foreach (string[] row in rows) table.AddRow([.. row.Select(Markup.Escape)]);
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors,
        });
        console.Profile.Width = Width;
        console.Write(table);
    }
}
