namespace Ssgan.Engine.Kernels.Cuda.Native;

/// <summary>Names of native calls for messages.</summary>
static class NativeCall
{
    /// <summary>
    /// "cuMemAlloc" from the expression "Api.MemAlloc(&amp;p, n)" that a check was given; a text that is no call stays as it is.
    /// </summary>
    public static string Name(string prefix, string expression)
    {
        int end = expression.IndexOf('(');
        if (end <= 0 || !char.IsLetterOrDigit(expression[end - 1])) return expression;
        return prefix + expression[(expression.LastIndexOf('.', end) + 1)..end];
    }
}
