namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    public override void Permute(View x, View y, ReadOnlySpan<int> order) => throw new NotImplementedException();
    public override void CopyBox(View x, ReadOnlySpan<int> xStart, View y, ReadOnlySpan<int> yStart, ReadOnlySpan<int> extent) => throw new NotImplementedException();
    public override void GatherRows(View table, View indices, View y) => throw new NotImplementedException();
    public override void ScatterAddRows(View dy, View indices, View dtable) => throw new NotImplementedException();
}
