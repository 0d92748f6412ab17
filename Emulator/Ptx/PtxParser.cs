using System.Globalization;

namespace Ssgan.Emulator;

/// <summary>The module level of PTX: directives, variables, functions. PtxBodyParser.cs has the bodies.</summary>
sealed partial class PtxParser(string text)
{
    readonly List<Token> _tokens = PtxLexer.Split(text);
    int _at;

    public string Version { get; private set; } = "";

    public string Target { get; private set; } = "";

    public List<PtxFunction> Functions { get; } = [];

    public List<PtxVariable> Variables { get; } = [];

    Token Next => _tokens[_at];

    public void Parse()
    {
        while (Next.Kind != TokenKind.End) ParseTopLevel();
        if (Target.Length == 0) throw new EmulatorFault(FaultKind.InvalidPtx, "The text has no .target directive.");
    }

    void ParseTopLevel()
    {
        var token = Take();
        switch (token.Value)
        {
            case ".version":
                Version = Take().Value;
                break;
            case ".target":
                Target = Take().Value;
                while (TryTake(",")) Take();
                break;
            case ".address_size":
                if (Take().Value != "64") throw Unknown(token, "an address size other than 64");
                break;
            case ".visible" or ".extern" or ".weak" or ".common":
                break;
            case ".entry" or ".func":
                ParseFunction(token);
                break;
            case ".global" or ".const" or ".shared":
                Variables.Add(ParseVariable(SpaceOf(token.Value)));
                Expect(";");
                break;
            default:
                throw Unknown(token, $"the directive {token.Value}");
        }
    }

    static PtxSpace SpaceOf(string directive) => directive switch
    {
        ".global" => PtxSpace.Global,
        ".const" => PtxSpace.Constant,
        ".shared" => PtxSpace.Shared,
        ".local" => PtxSpace.Local,
        _ => PtxSpace.Parameter,
    };

    /// <summary>[.align n] .type name[n] [= values], after the space.</summary>
    PtxVariable ParseVariable(PtxSpace space)
    {
        int align = 0;
        while (Next.Value is ".align" or ".ptr" or ".global" or ".attribute")
        {
            var token = Take();
            if (token.Value == ".align") align = (int)TakeInteger();
            else if (token.Value == ".attribute") throw Unknown(token, "the directive .attribute");
        }
        var type = TakeType();
        // .ptr attributes of a parameter follow its type; they promise things about the pointer that nothing here relies on.
        while (Next.Value is ".ptr" or ".global" or ".shared" or ".const" or ".local" or ".align")
            if (Take().Value == ".align") TakeInteger();
        string name = TakeWord();
        long count = 1;
        while (TryTake("["))
        {
            count *= Next.Value == "]" ? 0 : (long)TakeInteger();
            Expect("]");
        }
        (string?, ulong)[] initial = [];
        if (TryTake("=")) initial = ParseInitial(type);
        return new PtxVariable(name, space, type, align == 0 ? type.Bytes() : align, count) { Initial = initial };
    }

    (string?, ulong)[] ParseInitial(PtxType type)
    {
        if (!TryTake("{")) return [ParseInitialValue(type)];
        var values = new List<(string?, ulong)>();
        while (!TryTake("}"))
        {
            if (Next.Value == "{") values.AddRange(ParseInitial(type));
            else values.Add(ParseInitialValue(type));
            TryTake(",");
        }
        return [.. values];
    }

    (string?, ulong) ParseInitialValue(PtxType type)
    {
        if (Next.Kind != TokenKind.Word) return (null, TakeNumber().Bits);
        if (type.Bytes() != 8) throw Unknown(Next, $"a symbol in a variable of type {type}");
        bool generic = Next.Value == "generic";
        if (generic) Take();
        if (generic) Expect("(");
        string symbol = TakeWord();
        if (generic) Expect(")");
        return (symbol, TryTake("+") ? TakeInteger() : 0);
    }

    void ParseFunction(Token directive)
    {
        var results = TryTake("(") ? ParseParameters() : [];
        var function = new PtxFunction(TakeWord(), directive.Line) { IsEntry = directive.Value == ".entry" };
        function.Results.AddRange(results);
        if (TryTake("(")) function.Parameters.AddRange(ParseParameters());
        while (Next.Value is not ("{" or ";")) ParseFunctionDirective(function);
        if (TryTake(";")) return;
        Functions.Add(function);
        ParseBody(function);
    }

    List<PtxVariable> ParseParameters()
    {
        var parameters = new List<PtxVariable>();
        while (!TryTake(")"))
        {
            if (Take() is { Value: not ".param" } token) throw Unknown(token, $"{token.Value} where a .param must stand");
            parameters.Add(ParseVariable(PtxSpace.Parameter));
            TryTake(",");
        }
        return parameters;
    }

    void ParseFunctionDirective(PtxFunction function)
    {
        var token = Take();
        switch (token.Value)
        {
            case ".maxntid" or ".reqntid":
                int x = (int)TakeInteger(), y = TryTake(",") ? (int)TakeInteger() : 1, z = TryTake(",") ? (int)TakeInteger() : 1;
                function.MaxThreads = new Dim3(x, y, z);
                function.ExactThreads = token.Value == ".reqntid";
                break;
            case ".minnctapersm" or ".maxnreg" or ".maxnctapersm":
                TakeInteger();
                break;
            case ".noreturn":
                break;
            default:
                throw Unknown(token, $"the directive {token.Value}");
        }
    }

    Token Take() => Next.Kind == TokenKind.End ? throw Invalid(Next, "something") : _tokens[_at++];

    bool TryTake(string mark)
    {
        if (Next.Value != mark) return false;
        _at++;
        return true;
    }

    void Expect(string mark)
    {
        if (!TryTake(mark)) throw Invalid(Next, $"'{mark}'");
    }

    string TakeWord() => Next.Kind == TokenKind.Word ? Take().Value : throw Invalid(Next, "a name");

    PtxType TakeType()
    {
        var token = Take();
        return token.Value.StartsWith('.') && PtxTypes.TryParse(token.Value[1..], out var type) ? type
            : throw Unknown(token, $"the type {token.Value}");
    }

    ulong TakeInteger() =>
        TakeNumber() is { Type: PtxType.S64 } number ? number.Bits : throw Invalid(_tokens[_at - 1], "an integer");

    NumberOperand TakeNumber()
    {
        bool negative = TryTake("-");
        var token = Take();
        if (token.Kind != TokenKind.Number) throw Invalid(token, "a number");
        string value = token.Value;
        bool good;
        ulong bits;
        if (value.StartsWith("0f", StringComparison.OrdinalIgnoreCase)
            || value.StartsWith("0d", StringComparison.OrdinalIgnoreCase))
        {
            if (!ulong.TryParse(value.AsSpan(2), NumberStyles.HexNumber, null, out bits) || negative)
                throw Invalid(token, "a number");
            return new NumberOperand(bits, value[1] is 'f' or 'F' ? PtxType.F32 : PtxType.F64);
        }
        if (value.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            good = ulong.TryParse(value.AsSpan(2).TrimEnd("uU"), NumberStyles.HexNumber, null, out bits);
        else good = ulong.TryParse(value.AsSpan().TrimEnd("uU"), NumberStyles.None, null, out bits);
        if (!good) throw Invalid(token, "a number");
        return new NumberOperand(negative ? 0 - bits : bits, PtxType.S64);
    }

    static EmulatorFault Unknown(Token token, string what) =>
        new(FaultKind.Unknown, $"Line {token.Line}: the emulator does not know {what}.");

    static EmulatorFault Invalid(Token token, string wanted) =>
        new(FaultKind.InvalidPtx, $"Line {token.Line}: {wanted} is wanted where {token.Value} stands.");
}
