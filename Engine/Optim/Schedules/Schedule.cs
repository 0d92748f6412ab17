using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Optim.Schedules;

/// <summary>
/// A number, such as a learning rate, by finished steps. A derived record is one course; what it computes, it computes in double.
/// </summary>
/// <param name="Start">The number at its first step.</param>
public abstract record Schedule(float Start)
{
    /// <summary>The finished steps from which there is a number.</summary>
    public virtual long From => 0;

    /// <summary>Whether it is <see cref="Start"/> throughout.</summary>
    public virtual bool IsConstant => false;

    /// <summary>What becomes of it, in words that follow "the learning rate".</summary>
    public abstract string Course { get; }

    /// <summary>The number after this many finished steps, <see cref="From"/> or more; finite also past the last step.</summary>
    public abstract float At(long finished);

    /// <summary>The course as the primitive of straight lines takes it, in steps after <see cref="From"/>; else null.</summary>
    internal virtual DecaySpec? Line => null;
}
