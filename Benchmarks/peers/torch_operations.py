"""Single operations of the SSGAN workload, and what the card reaches at best."""
import torch
import torch.nn as nn
import torch.nn.functional as F

from torch_networks import SN, Discriminator, rotate_quarters, up
from torch_timing import graphed, timed

DEV = "cuda"
GRAPH_CALLS = 20


def bench_ops(out, save):
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = True

    def attempt(name, measure):
        try:
            out[name] = measure()
            print(name, round(out[name]["median_ms"], 4), flush=True)
        except Exception as e:
            out[name] = {"error": f"{type(e).__name__}: {e}"[:300]}
            print(name, out[name], flush=True)
        save()

    def in_graph(fn):
        t = timed(graphed(fn, GRAPH_CALLS), warmup=2, reps=20, budget_s=1.0)
        return {k: v / GRAPH_CALLS if k.endswith("_ms") else v for k, v in t.items()}

    def add(name, fn, graph=True, **kw):
        attempt(name, lambda: timed(fn, **{"budget_s": 1.0, **kw}))
        if graph:
            attempt(name + "/graph", lambda: in_graph(fn))

    # ceilings
    def copy():
        a = torch.randn(1 << 29, device=DEV)
        b = torch.empty_like(a)
        return timed(lambda: b.copy_(a))

    def gemm():
        m = torch.randn(8192, 8192, device=DEV, dtype=torch.bfloat16)
        return timed(lambda: m @ m)

    attempt("ceiling/copy_2GiB", copy)
    attempt("ceiling/gemm_bf16_8192", gemm)
    torch.cuda.empty_cache()

    for c, s, batch in [(256, 32, 64), (256, 16, 64), (128, 32, 192), (128, 16, 192), (128, 8, 192), (256, 32, 256)]:
        for name, dt in [("bf16", torch.bfloat16), ("tf32", torch.float32)]:
            x = torch.randn(batch, c, s, s, device=DEV,
                dtype=dt).contiguous(memory_format=torch.channels_last).requires_grad_(True)
            w = torch.randn(c, c, 3, 3, device=DEV, dtype=dt).contiguous(memory_format=torch.channels_last).requires_grad_(True)
            y = F.conv2d(x, w, padding=1)
            g = torch.randn_like(y)
            key = f"conv3x3/{name}/c{c}s{s}n{batch}"
            add(key + "/fwd", lambda: F.conv2d(x, w, padding=1))
            add(key + "/dgrad", lambda: torch.ops.aten.convolution_backward(g, x, w, None, [1, 1], [1, 1], [1, 1], False,
                [0, 0], 1, [True, False, False]))
            add(key + "/wgrad", lambda: torch.ops.aten.convolution_backward(g, x, w, None, [1, 1], [1, 1], [1, 1], False,
                [0, 0], 1, [False, True, False]))

    for batch, s in [(64, 32), (256, 32), (64, 128), (1024, 128)]:
        for name, dt in [("f32", torch.float32), ("bf16", torch.bfloat16)]:
            x = torch.randn(batch, 3, s, s, device=DEV, dtype=dt)
            add(f"rotate_quarters/{name}/n{batch}s{s}/eager", lambda: rotate_quarters(x))
            xl = x.contiguous(memory_format=torch.channels_last)
            add(f"rotate_quarters/{name}/n{batch}s{s}/eager_channels_last", lambda: rotate_quarters(xl))
            torch._dynamo.reset()
            comp = torch.compile(rotate_quarters, dynamic=False)
            add(f"rotate_quarters/{name}/n{batch}s{s}/compile", lambda: comp(x))

    D = Discriminator().to(DEV)
    layers = [l for l in D.modules() if isinstance(l, SN)]
    add("spectral_norm/all_D_layers/eager", lambda: [l.weight() for l in layers])
    with torch.no_grad():
        attempt("spectral_norm/all_D_layers/graph_nograd", lambda: in_graph(lambda: [l.weight() for l in layers]))

    for dt, name in [(torch.bfloat16, "bf16"), (torch.float32, "f32")]:
        x = torch.randn(64, 256, 32, 32, device=DEV, dtype=dt).contiguous(memory_format=torch.channels_last).requires_grad_(True)
        bn = nn.BatchNorm2d(256).to(DEV)
        g = torch.randn_like(x)

        def bnrelu():
            y = F.relu(bn(x))
            y.backward(g)
            x.grad = None

        add(f"bn_relu_fwd_bwd/{name}/c256s32n64/eager", bnrelu)
        xs = torch.randn(64, 256, 16, 16, device=DEV, dtype=dt).contiguous(memory_format=torch.channels_last)
        add(f"upsample_bilinear_fwd/{name}/c256s16n64/eager", lambda: up(xs))

    ps = [torch.randn(n, device=DEV, requires_grad=True)
        for n in [1 << 20, 1 << 19, 590592, 590592, 590592, 590592, 590592, 590592, 65792, 65792, 65792]]
    for p in ps:
        p.grad = torch.randn_like(p)
    add("adam/fused", torch.optim.Adam(ps, 2e-4, betas=(0.0, 0.9), fused=True, capturable=True).step)
    add("randn/64x128", lambda: torch.randn(64, 128, device=DEV))
