namespace Ssgan.Emulator;

// The bodies of functions: declarations, labels, instructions and their operands.
sealed partial class PtxParser
{
    void ParseBody(PtxFunction function)
    {
        Expect("{");
        var scope = new PtxScope(null);
        function.Scope = scope;
        function.Body = [];
        for (int depth = 1; depth > 0;)
        {
            if (TryTake("{"))
            {
                scope = new PtxScope(scope);
                depth++;
            }
            else if (TryTake("}"))
            {
                scope = scope.Outer ?? scope;
                depth--;
            }
            else ParseStatement(function, scope);
        }
    }

    void ParseStatement(PtxFunction function, PtxScope scope)
    {
        var token = Next;
        switch (token.Value)
        {
            case ".reg":
                Take();
                ParseRegisters(function, scope);
                return;
            case ".shared" or ".local" or ".param":
                Take();
                do
                {
                    var variable = ParseVariable(SpaceOf(token.Value));
                    scope.Variables[variable.Name] = variable;
                    function.Variables.Add(variable);
                }
                while (TryTake(","));
                Expect(";");
                return;
            case ".pragma":
                Take();
                // Hints about unrolling change nothing that can be seen here.
                if (Take() is { Value: not "\"nounroll\"" } pragma) throw Unknown(pragma, $"the pragma {pragma.Value}");
                Expect(";");
                return;
            case ".loc":
                Take();
                for (int i = 0; i < 3; i++) TakeInteger();
                return;
        }
        if (token.Kind == TokenKind.Word && _tokens[_at + 1].Value == ":") ParseLabel(function);
        else if (token.Value.StartsWith('.')) throw Unknown(token, $"the directive {token.Value}");
        else ParseInstruction(function, scope);
    }

    void ParseLabel(PtxFunction function)
    {
        var label = Take();
        Expect(":");
        if (TryTake(".branchtargets"))
        {
            var targets = new List<string>();
            do targets.Add(TakeWord());
            while (TryTake(","));
            Expect(";");
            function.BranchTargets[label.Value] = [.. targets];
        }
        else function.Body!.Add(new PtxStatement(label.Line, label.Value) { Label = label.Value });
    }

    void ParseRegisters(PtxFunction function, PtxScope scope)
    {
        var type = TakeType();
        do
        {
            string name = TakeWord();
            int count = 1;
            if (TryTake("<"))
            {
                count = (int)TakeInteger();
                Expect(">");
                scope.DeclareRange(name, type, function.RegisterCount, count);
                for (int i = 0; i < count; i++)
                    function.SingleRegisters.Add(new PtxRegister($"{name}{i}", type, function.RegisterCount + i));
            }
            else
            {
                var register = new PtxRegister(name, type, function.RegisterCount);
                scope.Declare(register);
                function.SingleRegisters.Add(register);
            }
            function.RegisterCount += count;
            function.RegisterCounts[type] = function.RegisterCounts.GetValueOrDefault(type) + count;
        }
        while (TryTake(","));
        Expect(";");
    }

    void ParseInstruction(PtxFunction function, PtxScope scope)
    {
        var first = Next;
        RegisterOperand? guard = null;
        if (TryTake("@"))
        {
            bool negated = TryTake("!");
            guard = new RegisterOperand(TakeRegister(scope), negated);
        }
        string[] op = TakeWord().Split('.');
        var operands = new List<PtxOperand>();
        if (Next.Value != ";")
        {
            do operands.Add(ParseOperand(scope));
            while (TryTake(","));
        }
        int stop = Next.Start;
        Expect(";");
        string source = string.Join(' ', text[first.Start..stop].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        function.Body!.Add(new PtxStatement(first.Line, source) { Guard = guard, Op = op,
            Operands = [.. operands], Scope = scope });
    }

    PtxRegister TakeRegister(PtxScope scope)
    {
        var token = Take();
        return scope.Register(token.Value)
            ?? throw new EmulatorFault(FaultKind.InvalidPtx, $"Line {token.Line}: no register {token.Value} is declared.");
    }

    PtxOperand ParseOperand(PtxScope scope)
    {
        var operand = ParseSimpleOperand(scope);
        return TryTake("|") ? new PairOperand(operand, ParseSimpleOperand(scope)) : operand;
    }

    PtxOperand ParseSimpleOperand(PtxScope scope)
    {
        var token = Next;
        if (token.Kind == TokenKind.Number || token.Value == "-") return TakeNumber();
        Take();
        if (token.Value == "!") return new RegisterOperand(TakeRegister(scope), true);
        if (token.Value == "{") return ParseVector(scope, "}");
        if (token.Value == "(") return ParseVector(scope, ")");
        if (token.Value == "[")
        {
            var inner = ParseSimpleOperand(scope);
            long offset = TryTake("+") ? (long)TakeInteger() : Next.Value == "-" ? (long)TakeInteger() : 0;
            Expect("]");
            return inner is SymbolOperand symbol ? new AddressOperand(symbol with { Offset = 0 }, symbol.Offset + offset)
                : new AddressOperand(inner, offset);
        }
        if (token.Kind != TokenKind.Word) throw Invalid(token, "an operand");
        if (token.Value == "_") return new SinkOperand();
        if (scope.Register(token.Value) is { } register) return new RegisterOperand(register);
        if (token.Value.StartsWith('%')) return new SpecialOperand(token.Value);
        return new SymbolOperand(token.Value, TryTake("+") ? (long)TakeInteger() : 0);
    }

    VectorOperand ParseVector(PtxScope scope, string close)
    {
        var elements = new List<PtxOperand>();
        while (!TryTake(close))
        {
            elements.Add(ParseOperand(scope));
            TryTake(",");
        }
        return new VectorOperand([.. elements]);
    }
}
