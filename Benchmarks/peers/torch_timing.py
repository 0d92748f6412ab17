"""Times on a GPU by CUDA events, and CUDA graphs."""
import statistics
import time

import torch


def timed(fn, warmup=5, reps=30, budget_s=20.0):
    for _ in range(warmup):
        fn()
    torch.cuda.synchronize()
    times, t0 = [], time.time()
    for _ in range(reps):
        a, b = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        a.record()
        fn()
        b.record()
        b.synchronize()
        times.append(a.elapsed_time(b))
        if time.time() - t0 > budget_s:
            break
    return {"median_ms": statistics.median(times), "min_ms": min(times), "max_ms": max(times), "reps": len(times)}


def graphed(fn, calls=1):
    """Captures calls of fn and returns their replay."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(4):
            fn()
    torch.cuda.current_stream().wait_stream(side)
    torch.cuda.synchronize()
    g = torch.cuda.CUDAGraph()
    with torch.cuda.graph(g):
        for _ in range(calls):
            fn()
    return g.replay
