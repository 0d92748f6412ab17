namespace Ssgan.Emulator;

enum TokenKind
{
    End,
    Word,
    Number,
    Text,
    Mark,
}

/// <summary>A piece of PTX; <see cref="Start"/> and <see cref="Stop"/> bound it in the text.</summary>
readonly record struct Token(TokenKind Kind, string Value, int Line, int Start, int Stop);

/// <summary>Splits PTX into words (names, directives, opcodes with their modifiers), numbers, quoted text and marks.</summary>
static class PtxLexer
{
    public static List<Token> Split(string text)
    {
        var tokens = new List<Token>();
        int line = 1, at = 0;
        while (at < text.Length)
        {
            char c = text[at];
            if (c == '\n') line++;
            if (char.IsWhiteSpace(c))
            {
                at++;
                continue;
            }
            if (c == '/' && at + 1 < text.Length && text[at + 1] is '/' or '*')
            {
                int stop = text[at + 1] == '/' ? text.IndexOf('\n', at)
                    : text.IndexOf("*/", at + 2, StringComparison.Ordinal) + 2;
                if (stop is < 2) stop = text.Length;
                line += text.AsSpan(at, stop - at).Count('\n');
                at = stop;
                continue;
            }
            int start = at;
            TokenKind kind;
            if (char.IsAsciiDigit(c))
            {
                kind = TokenKind.Number;
                while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '.')) at++;
            }
            else if (IsWord(c))
            {
                kind = TokenKind.Word;
                while (at < text.Length && (IsWord(text[at]) || char.IsAsciiDigit(text[at]) || IsDoubleColon(text, at)))
                    at += text[at] == ':' ? 2 : 1;
            }
            else if (c == '"')
            {
                kind = TokenKind.Text;
                at = text.IndexOf('"', at + 1) + 1;
                if (at == 0) throw new EmulatorFault(FaultKind.InvalidPtx, $"Line {line}: a quotation mark is never closed.");
            }
            else
            {
                kind = TokenKind.Mark;
                at++;
            }
            tokens.Add(new Token(kind, text[start..at], line, start, at));
        }
        tokens.Add(new Token(TokenKind.End, "the end", line, text.Length, text.Length));
        return tokens;
    }

    static bool IsWord(char c) => char.IsAsciiLetter(c) || c is '_' or '$' or '%' or '.';

    static bool IsDoubleColon(string text, int at) =>
        at + 2 < text.Length && text[at] == ':' && text[at + 1] == ':' && char.IsAsciiLetter(text[at + 2]);
}
