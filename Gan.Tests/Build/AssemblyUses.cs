using System.Reflection;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ssgan.Tests.Build;

/// <summary>A type names another: in its bases, fields, signatures or method bodies.</summary>
sealed record Use(string From, string To, string Member, string Type)
{
    public override string ToString() => $"{Member} uses {Type}";
}

/// <summary>
/// What the types of a compiled assembly name, by namespace. Constants, which the compiler puts in, are not seen.
/// </summary>
static class AssemblyUses
{
    /// <summary>Every use of a type of our own assemblies in another namespace than the user's; one for each pair of
    /// types.</summary>
    public static IReadOnlyList<Use> Of(Assembly assembly)
    {
        using var module = ModuleDefinition.ReadModule(assembly.Location);
        var uses = new Dictionary<(string, string), Use>();
        foreach (var type in module.GetTypes())
        {
            string from = Space(type);
            foreach (var (member, used) in Named(type).SelectMany(static n => Parts(n.Type).Select(part => (n.Member, part))))
            {
                string to = Space(used);
                if (!to.StartsWith("Ssgan.", StringComparison.Ordinal) || from.Length == 0 || to == from) continue;
                uses.TryAdd((Outermost(type).FullName, Outermost(used).FullName), new(from, to, member, used.FullName));
            }
        }
        return [.. uses.Values];
    }

    static IEnumerable<(string Member, TypeReference? Type)> Named(TypeDefinition type)
    {
        yield return (type.FullName, type.BaseType);
        foreach (var implemented in type.Interfaces) yield return (type.FullName, implemented.InterfaceType);
        foreach (var parameter in type.GenericParameters)
            foreach (var constraint in parameter.Constraints) yield return (type.FullName, constraint.ConstraintType);
        foreach (var field in type.Fields) yield return (field.FullName, field.FieldType);
        foreach (var method in type.Methods)
        {
            string name = $"{type.FullName}.{method.Name}";
            foreach (var named in Signature(method)) yield return (name, named);
            foreach (var parameter in method.GenericParameters)
                foreach (var constraint in parameter.Constraints) yield return (name, constraint.ConstraintType);
            if (!method.HasBody) continue;
            foreach (var variable in method.Body.Variables) yield return (name, variable.VariableType);
            foreach (var named in method.Body.Instructions.SelectMany(Operands)) yield return (name, named);
        }
    }

    static IEnumerable<TypeReference?> Signature(MethodReference method) =>
    [
        method.DeclaringType, method.ReturnType, .. method.Parameters.Select(static p => p.ParameterType),
        .. method is GenericInstanceMethod generic ? generic.GenericArguments : [],
    ];

    static IEnumerable<TypeReference?> Operands(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        MethodReference method => Signature(method),
        FieldReference field => [field.DeclaringType, field.FieldType],
        _ => [],
    };

    /// <summary>A type without its pointers, arrays and arguments, and these.</summary>
    static IEnumerable<TypeReference> Parts(TypeReference? type) => type switch
    {
        null or GenericParameter => [],
        GenericInstanceType generic => [.. Parts(generic.ElementType), .. generic.GenericArguments.SelectMany(Parts)],
        FunctionPointerType pointer =>
            [.. Parts(pointer.ReturnType), .. pointer.Parameters.SelectMany(p => Parts(p.ParameterType))],
        RequiredModifierType modified => [.. Parts(modified.ElementType), .. Parts(modified.ModifierType)],
        TypeSpecification specification => Parts(specification.ElementType),
        _ => [type],
    };

    static TypeReference Outermost(TypeReference type)
    {
        while (type.DeclaringType is { } outer) type = outer;
        return type;
    }

    static string Space(TypeReference type) => Outermost(type).Namespace;
}
