namespace Ssgan.Runner.Runs;

/// <summary>
/// A sheet of samples. A class, as what lists hold here: code over a list of values is compiled ahead for each kind of them.
/// </summary>
/// <param name="Step">The step after which it was drawn.</param>
/// <param name="Place">Its file, or an address of its picture.</param>
sealed record SheetPlace(long Step, string Place);
