using System.Collections.Concurrent;

namespace Ssgan.Emulator;

/// <summary>Runs kernels of one emulated device to their end. Launches may overlap on different threads.</summary>
sealed class Executor(EmulatorOptions options, DeviceMemory memory)
{
    public const int MaxThreadsPerBlock = 1024, ThreadsPerMultiprocessor = 2048, BlocksPerMultiprocessor = 32;

    /// <summary>Bytes of shared memory: of a block by default, of a block that asks for more, of a multiprocessor.</summary>
    public const int SharedPerBlock = 48 << 10, SharedPerBlockOptIn = 227 << 10, SharedPerMultiprocessor = 228 << 10;

    public const int MaxParameterBytes = 4096;

    int _launches;

    public DeviceMemory Memory => memory;

    public EmulatorOptions Options => options;

    /// <summary>Puts a module onto the device; a fault where it is for a newer one.</summary>
    public ModuleInstance Load(PtxModule module)
    {
        if (module.TargetNumber > options.ComputeCapability)
            throw new EmulatorFault(FaultKind.UnsupportedTarget, $"PTX for {module.Target} does not run on a device of compute "
                + $"capability {options.ComputeCapability / 10}.{options.ComputeCapability % 10}.");
        return new ModuleInstance(module, memory);
    }

    /// <summary>Blocks of a kernel that a multiprocessor holds at once.</summary>
    public static int ResidentBlocks(PtxKernel kernel, int threads, int dynamicSharedBytes)
    {
        int whole = (threads + Lanes.Count - 1) / Lanes.Count * Lanes.Count;
        // Each block takes another 1 KiB for the system.
        int shared = SharedPerMultiprocessor / (kernel.SharedBytes + dynamicSharedBytes + 1024);
        return Math.Min(Math.Min(ThreadsPerMultiprocessor / whole, shared), BlocksPerMultiprocessor);
    }

    /// <summary>
    /// Runs a kernel; the first fault of any thread is thrown. A cooperative launch keeps all of its blocks resident.
    /// </summary>
    public void Run(PtxKernel kernel, ModuleInstance instance, Dim3 grid, Dim3 block, int dynamicSharedBytes,
        ReadOnlySpan<byte> parameters, bool cooperative)
    {
        Check(kernel, grid, block, dynamicSharedBytes, parameters.Length, cooperative);
        var launch = new Launch
        {
            Code = kernel.Code,
            Memory = memory,
            Grid = grid,
            BlockSize = block,
            Parameters = parameters[..kernel.ParameterBytes].ToArray(),
            DynamicSharedBytes = dynamicSharedBytes,
            Constants = Resolve(kernel.Code, instance),
            Seed = options.Seed is { } seed ? unchecked(seed * 7919 + Interlocked.Increment(ref _launches)) : null,
            Multiprocessors = options.Multiprocessors,
        };
        long blocks = grid.Count;
        int workers = options.Seed is null ? (int)Math.Min(options.Workers, blocks) : 1;
        if (cooperative) RunTogether(launch, (int)blocks, workers);
        else RunInTurn(launch, blocks, workers);
        if (launch.Fault is { } fault) throw fault;
    }

    void Check(PtxKernel kernel, Dim3 grid, Dim3 block, int dynamicSharedBytes, int parameterBytes, bool cooperative)
    {
        if (grid.X < 1 || grid.Y < 1 || grid.Z < 1 || grid.Y > 65535 || grid.Z > 65535)
            throw Refused(kernel, $"a grid of {grid}");
        if (block.X < 1 || block.Y < 1 || block.Z < 1 || block.Z > 64 || block.Count > MaxThreadsPerBlock)
            throw Refused(kernel, $"blocks of {block}");
        if (kernel.MaxThreads is { } most && block.Count > most.Count)
            throw Refused(kernel, $"blocks of {block}, more threads than its .maxntid {most}");
        if (kernel.SharedBytes + dynamicSharedBytes > SharedPerBlockOptIn || dynamicSharedBytes < 0)
            throw Refused(kernel, $"{kernel.SharedBytes} + {dynamicSharedBytes} bytes of shared memory");
        if (parameterBytes < kernel.ParameterBytes)
            throw Refused(kernel, $"{parameterBytes} bytes of parameters where it takes {kernel.ParameterBytes}");
        int resident = ResidentBlocks(kernel, (int)block.Count, dynamicSharedBytes) * options.Multiprocessors;
        if (cooperative && grid.Count > resident) throw Refused(kernel, $"{grid.Count} cooperating blocks where {resident} fit");
    }

    static EmulatorFault Refused(PtxKernel kernel, string why) =>
        new(FaultKind.InvalidLaunch, $"Kernel {kernel.Name} cannot be launched with {why}.");

    static ulong[] Resolve(KernelCode code, ModuleInstance instance) => [.. code.Constants.Select(slot =>
        slot.Variable is null ? slot.Bits : instance.TryFind(slot.Variable, out ulong address, out _)
            ? address + slot.Bits
            : throw new EmulatorFault(FaultKind.InvalidPtx,
                $"Kernel {code.Name} uses {slot.Variable}, which its module does not define."))];

    static void RunInTurn(Launch launch, long blocks, int workers)
    {
        long[]? order = null;
        if (launch.Seed is { } seed)
        {
            order = [.. Enumerable.Range(0, (int)blocks).Select(k => (long)k)];
            new Random(seed).Shuffle(order);
        }
        long next = -1;
        Spread(launch, workers, () =>
        {
            using var block = new Block(launch);
            while (launch.Fault is null)
            {
                long number = Interlocked.Increment(ref next);
                if (number >= blocks) return;
                block.Start(order is null ? number : order[number]);
                while (!block.IsDone && launch.Fault is null) block.Step();
            }
        });
    }

    static void RunTogether(Launch launch, int blocks, int workers)
    {
        var all = Enumerable.Range(0, blocks).Select(_ => new Block(launch)).ToArray();
        if (launch.Seed is { } seed) new Random(seed).Shuffle(all);
        try
        {
            for (int k = 0; k < blocks; k++) all[k].Start(k);
            var waiting = new ConcurrentQueue<Block>(all);
            int left = blocks;
            Spread(launch, workers, () =>
            {
                while (Volatile.Read(ref left) > 0 && launch.Fault is null)
                {
                    if (!waiting.TryDequeue(out var block))
                    {
                        Thread.Yield();
                        continue;
                    }
                    block.Step();
                    if (block.IsDone) Interlocked.Decrement(ref left);
                    else waiting.Enqueue(block);
                }
            });
        }
        finally
        {
            foreach (var block in all) block.Dispose();
        }
    }

    static void Spread(Launch launch, int workers, Action work)
    {
        void Guarded()
        {
            try
            {
                work();
            }
            catch (EmulatorFault fault)
            {
                launch.Fail(fault);
            }
        }
        if (workers == 1) Guarded();
        else Parallel.For(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers }, _ => Guarded());
    }
}
