using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Optim;

namespace Ssgan.Tests.Build;

/// <summary>
/// Every public method and constructor refuses null for each argument that cannot be null, by the argument's name and before
/// anything else: the other arguments, and the object itself, are given uninitialised.
/// </summary>
sealed class NullArgumentTests
{
    static readonly Assembly[] Libraries =
    [
        typeof(Backend).Assembly, typeof(Tensor).Assembly, typeof(Gan.Losses.Hinge).Assembly,
        typeof(Ssgan.Testing.GradCheck).Assembly,
    ];
    static readonly NullabilityInfoContext Nullability = new();

    /// <summary>A method and the argument that is null.</summary>
    public sealed record Call(MethodBase Method, ParameterInfo Argument)
    {
        public override string ToString() =>
            $"{Method.DeclaringType!.Name}.{Method.Name}({string.Join(", ", Method.GetParameters().Select(p =>
                p == Argument ? "null " + p.Name : p.ParameterType.Name))})";
    }

    static IEnumerable<Call> Calls =>
        from library in Libraries
        from type in library.GetExportedTypes()
        where type.IsClass && !typeof(Delegate).IsAssignableFrom(type) && !typeof(Exception).IsAssignableFrom(type)
            && !IsRecord(type)
        from method in Methods(type)
        from argument in method.GetParameters()
        where IsRequired(argument)
        select new Call(method, argument);

    [TestCaseSource(nameof(Calls))]
    public void Null_is_refused_by_name(Call call)
    {
        var method = call.Method;
        if (method.ContainsGenericParameters)
        {
            var definition = (MethodInfo)method;
            method = definition.MakeGenericMethod([.. definition.GetGenericArguments().Select(GenericArgument)]);
        }
        object?[] arguments = [.. method.GetParameters().Select(p =>
            p.Position == call.Argument.Position || Nullability.Create(p).WriteState == NullabilityState.Nullable ? null
                : Uninitialised(p.ParameterType))];
        object? self = method.IsStatic || method.IsConstructor ? null : Uninitialised(method.DeclaringType!);
        var refused = Assert.Throws<ArgumentNullException>(() =>
        {
            try
            {
                if (method is ConstructorInfo constructor) constructor.Invoke(arguments);
                else method.Invoke(self, arguments);
            }
            catch (TargetInvocationException e)
            {
                ExceptionDispatchInfo.Throw(e.InnerException!);
            }
        })!;
        Assert.That(refused.ParamName, Is.EqualTo(call.Argument.Name));
    }

    [Test]
    public void So_is_null_within_a_list_by_its_place()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        Tensor x = device.Zeros(new Shape(1, 1)), none = null!;
        x.RequiresGrad = true;
        (string Name, Action Call)[] calls =
        [
            ("parts[1]", () => Tensor.Concat([x, none], 0)),
            ("outputs[0]", () => Autograd.Grad([none], [x])),
            ("inputs[1]", () => Autograd.Grad([x], [x, none])),
            ("gradOutputs[0]", () => Autograd.Grad([x], [x], [none])),
            ("weights[0]", () => Tensor.SpectralNorm([new SpectralWeight(x, none, none)], 1)),
            ("weights[0]", () => Tensor.SpectralNorm([default], 1)),
            ("parameters[a]", () => _ = new Sgd([("a", none)], 1)),
        ];
        foreach (var (name, call) in calls)
            Assert.That(() => call(), Throws.ArgumentNullException.With.Property("ParamName").StartsWith(name), name);
    }

    [Test]
    public void There_are_many() => Assert.That(Calls.Count(), Is.GreaterThan(100));

    static IEnumerable<MethodBase> Methods(Type type)
    {
        const BindingFlags own = BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        foreach (var constructor in type.IsAbstract ? [] : type.GetConstructors(own)) yield return constructor;
        foreach (var method in type.GetMethods(own))
        {
            bool operation = method.IsSpecialName && method.Name.StartsWith("op_", StringComparison.Ordinal);
            if (!method.IsAbstract && (operation || !method.IsSpecialName) && method.GetBaseDefinition() == method)
                yield return method;
        }
    }

    /// <summary>Records carry data; who takes one looks at what it carries.</summary>
    static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null;

    // Spans of tensors, as reflection cannot pass them, are left to the tests of the operations that take them.
    static bool IsRequired(ParameterInfo p) => !p.ParameterType.IsValueType && !p.IsOut && !p.ParameterType.IsByRef
        && !p.ParameterType.IsGenericParameter && !p.Member.DeclaringType!.IsGenericType
        && !((MethodBase)p.Member).GetParameters().Any(static o => o.ParameterType.IsByRefLike)
        && Nullability.Create(p).WriteState == NullabilityState.NotNull;

    static Type GenericArgument(Type parameter) =>
        parameter.GetGenericParameterConstraints() switch
        {
            var bounds when bounds.Contains(typeof(IUnary)) => typeof(Neg),
            var bounds when bounds.Contains(typeof(IBinary)) => typeof(Add),
            [{ IsInterface: false } bound, ..] when bound != typeof(ValueType) => bound,
            _ => typeof(float),
        };

    static object? Uninitialised(Type type)
    {
        if (type.IsByRef) return type.GetElementType()!.IsValueType ? Activator.CreateInstance(type.GetElementType()!) : null;
        if (type == typeof(string)) return "";
        if (type.IsArray) return Array.CreateInstance(type.GetElementType()!, 0);
        if (type.IsValueType) return Activator.CreateInstance(type);
        if (typeof(Delegate).IsAssignableFrom(type)) return Handler(type);
        if (type.IsInterface && type.IsGenericType) return Array.CreateInstance(type.GetGenericArguments()[0], 0);
        var concrete = type.IsAbstract ? Libraries.Append(typeof(NullArgumentTests).Assembly).SelectMany(static a => a.GetTypes())
            .First(t => t is { IsAbstract: false, ContainsGenericParameters: false } && type.IsAssignableFrom(t)) : type;
        return RuntimeHelpers.GetUninitializedObject(concrete);
    }

    static Delegate Handler(Type type)
    {
        var invoke = type.GetMethod("Invoke")!;
        var parameters = invoke.GetParameters().Select(static p => System.Linq.Expressions.Expression.Parameter(p.ParameterType))
            .ToArray();
        return System.Linq.Expressions.Expression.Lambda(type, System.Linq.Expressions.Expression.Default(invoke.ReturnType),
            parameters).Compile();
    }
}
