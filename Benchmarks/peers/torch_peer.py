#!/usr/bin/env python3
"""PyTorch peer for side-by-side GPU timings of the SSGAN workload.

Run it on the GPU machine in the same command as the project's own benchmark, so that both are
measured on one card in one run:

    python3 torch_peer.py --out $OUT/torch_peer.json            # everything, about 4 minutes
    python3 torch_peer.py --only iteration --modes amp_graph    # one part

Modes, weakest to strongest. The project is compared with the fastest one.
    fp32            eager, TF32 off, NCHW (what the reference GAN libraries run)
    tf32            eager, TF32 on, channels_last
    amp             eager, bf16 autocast, channels_last, fused Adam
    amp_graph       the same, each D step and G step captured as a CUDA graph
    compile_graph   torch.compile on both networks, bf16 autocast, each step captured as a CUDA graph

Times are medians in milliseconds, measured with CUDA events after a warm-up. An operation's `.../graph` is one call of many in a
replayed CUDA graph. The file is written after each item, so that a time limit loses only what is still to come: first the first
mode's iterations, which compile nothing, then the operations, then the iterations of the other modes in their order. What is compiled
may take all the time that is left.
`iteration` is one generator update with its `n_dis` discriminator updates, in images of 32x32.
"""
import argparse
import json
import os
import statistics
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

DEV = "cuda"


# ---------------------------------------------------------------- models
class SN(nn.Module):
    """Spectral normalisation (one power iteration a forward) around a conv or linear layer."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer
        w = layer.weight
        self.register_buffer("u", F.normalize(torch.randn(w.shape[0]), dim=0))

    def weight(self):
        w = self.layer.weight
        mat = w.flatten(1)
        with torch.no_grad():
            m = mat.float()
            v = F.normalize(m.t() @ self.u, dim=0)
            u = F.normalize(m @ v, dim=0)
            self.u.copy_(u)
        sigma = torch.dot(u, mat @ v)
        return w / sigma

    def forward(self, x):
        if isinstance(self.layer, nn.Conv2d):
            return F.conv2d(x, self.weight(), self.layer.bias, 1, self.layer.padding)
        return F.linear(x, self.weight(), self.layer.bias)


def conv(cin, cout, k, sn=False, gain=1.0):
    layer = nn.Conv2d(cin, cout, k, padding=k // 2)
    nn.init.xavier_uniform_(layer.weight, gain)
    return SN(layer) if sn else layer


def up(x):
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)


class GBlock(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.b1, self.b2 = nn.BatchNorm2d(c), nn.BatchNorm2d(c)
        self.c1, self.c2 = conv(c, c, 3, gain=2 ** 0.5), conv(c, c, 3, gain=2 ** 0.5)
        self.cs = conv(c, c, 1)

    def forward(self, x):
        h = self.c1(up(F.relu(self.b1(x))))
        h = self.c2(F.relu(self.b2(h)))
        return h + self.cs(up(x))


class Generator(nn.Module):
    def __init__(self, nz=128, c=256, blocks=3):
        super().__init__()
        self.c, self.nz = c, nz
        self.l1 = nn.Linear(nz, 16 * c)
        nn.init.xavier_uniform_(self.l1.weight)
        self.blocks = nn.ModuleList(GBlock(c) for _ in range(blocks))
        self.bn, self.out = nn.BatchNorm2d(c), conv(c, 3, 3)

    def forward(self, z):
        h = self.l1(z).view(z.shape[0], self.c, 4, 4)
        for b in self.blocks:
            h = b(h)
        return torch.tanh(self.out(F.relu(self.bn(h))))


class DBlock(nn.Module):
    def __init__(self, cin, cout, down, first=False):
        super().__init__()
        self.down, self.first = down, first
        self.c1 = conv(cin, cout if first else cin, 3, True, 2 ** 0.5)
        self.c2 = conv(cout if first else cin, cout, 3, True, 2 ** 0.5)
        self.cs = conv(cin, cout, 1, True) if (cin != cout or down) else None

    def forward(self, x):
        h = self.c1(x if self.first else F.relu(x))
        h = self.c2(F.relu(h))
        if self.down:
            h = F.avg_pool2d(h, 2)
        s = x
        if self.cs is not None:
            if self.first:
                s = self.cs(F.avg_pool2d(x, 2))
            else:
                s = self.cs(x)
                s = F.avg_pool2d(s, 2) if self.down else s
        return h + s


class Discriminator(nn.Module):
    def __init__(self, c=128):
        super().__init__()
        self.body = nn.Sequential(DBlock(3, c, True, True), DBlock(c, c, True), DBlock(c, c, False), DBlock(c, c, False))
        self.gan, self.rot = SN(nn.Linear(c, 1)), SN(nn.Linear(c, 4))

    def forward(self, x):
        h = F.relu(self.body(x)).sum((2, 3))
        return self.gan(h), self.rot(h)


def rotate_quarters(x):
    q = x.shape[0] // 4
    a, b, c, d = x[:q], x[q:2 * q], x[2 * q:3 * q], x[3 * q:]
    return torch.cat([a, b.transpose(2, 3).flip(2), c.flip(2).flip(3), d.transpose(2, 3).flip(3)])


# ---------------------------------------------------------------- timing
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


# ---------------------------------------------------------------- the workload
def build_steps(mode, batch):
    amp = mode.startswith(("amp", "compile"))
    last = mode != "fp32"
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = mode != "fp32"
    torch.backends.cudnn.benchmark = True
    torch.manual_seed(0)
    G, D = Generator().to(DEV), Discriminator().to(DEV)
    if last:
        G, D = G.to(memory_format=torch.channels_last), D.to(memory_format=torch.channels_last)
    fused = dict(fused=True, capturable=True) if amp else {}
    og = torch.optim.Adam(G.parameters(), 2e-4, betas=(0.0, 0.9), **fused)
    od = torch.optim.Adam(D.parameters(), 2e-4, betas=(0.0, 0.9), **fused)
    real = torch.randn(batch, 3, 32, 32, device=DEV).clamp(-1, 1)
    if last:
        real = real.contiguous(memory_format=torch.channels_last)
    labels = torch.arange(batch, device=DEV) * 4 // batch
    if mode.startswith("compile"):
        # Otherwise a second batch size would get code for any size, which is slower.
        torch._dynamo.reset()
        fg, fd = torch.compile(G, dynamic=False), torch.compile(D, dynamic=False)
    else:
        fg, fd = G, D

    def ctx():
        return torch.autocast("cuda", torch.bfloat16, enabled=amp, cache_enabled=False)

    def d_step():
        D.requires_grad_(True)
        od.zero_grad(set_to_none=True)
        with ctx():
            with torch.no_grad():
                fake = fg(torch.randn(batch, 128, device=DEV))
            lr, _ = fd(real)
            lf, _ = fd(fake)
            _, cls = fd(rotate_quarters(real))
            loss = F.relu(1 - lr).mean() + F.relu(1 + lf).mean() + F.cross_entropy(cls.float(), labels)
        loss.backward()
        od.step()
        return loss

    def g_step():
        D.requires_grad_(False)
        og.zero_grad(set_to_none=True)
        with ctx():
            fake = fg(torch.randn(batch, 128, device=DEV))
            lf, _ = fd(fake)
            _, cls = fd(rotate_quarters(fake))
            loss = -lf.mean() + 0.2 * F.cross_entropy(cls.float(), labels)
        loss.backward()
        og.step()
        return loss

    return d_step, g_step


def bench_iteration(out, modes, batches, n_dis, save):
    for mode in modes:
        for batch in batches:
            key = f"{mode}/batch{batch}"
            try:
                torch.cuda.empty_cache()
                torch.cuda.reset_peak_memory_stats()
                d_step, g_step = build_steps(mode, batch)
                for _ in range(3):
                    d_step(), g_step()
                loss = float(d_step())
                if mode.endswith("graph"):
                    d_step, g_step = graphed(d_step), graphed(g_step)

                def iteration():
                    for _ in range(n_dis):
                        d_step()
                    g_step()

                out[key] = {"d_step": timed(d_step), "g_step": timed(g_step), "iteration": timed(iteration),
                            "n_dis": n_dis, "loss_d": loss,
                            "peak_mib": torch.cuda.max_memory_allocated() / 2 ** 20}
                print(key, {k: round(v["median_ms"], 3) for k, v in out[key].items() if isinstance(v, dict)}, flush=True)
            except Exception as e:  # a mode that does not run is reported, not hidden
                out[key] = {"error": f"{type(e).__name__}: {e}"[:400]}
                print(key, out[key], flush=True)
            save()


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


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--out", default="torch_peer.json")
    ap.add_argument("--only", choices=["iteration", "ops"])
    ap.add_argument("--modes", default="amp_graph,compile_graph,amp,tf32,fp32")
    ap.add_argument("--batches", default="64,256")
    ap.add_argument("--n-dis", type=int, default=5)
    args = ap.parse_args()
    if not torch.cuda.is_available():
        sys.exit("torch_peer: no CUDA device")
    res = {"torch": torch.__version__, "cuda": torch.version.cuda, "cudnn": torch.backends.cudnn.version(),
           "device": torch.cuda.get_device_name(0)}

    def save():
        # Whole at every moment: a time limit may end this program while it writes.
        with open(args.out + ".partial", "w") as f:
            json.dump(res, f, indent=1)
        os.replace(args.out + ".partial", args.out)

    modes, batches = args.modes.split(","), [int(b) for b in args.batches.split(",")]
    if args.only != "ops":
        res["iteration"] = {}
        bench_iteration(res["iteration"], modes[:1], batches, args.n_dis, save)
    if args.only != "iteration":
        res["ops"] = {}
        try:
            bench_ops(res["ops"], save)
        except Exception as e:  # what is prepared outside an item: the modes that follow still run
            res["ops"]["rest"] = {"error": f"{type(e).__name__}: {e}"[:400]}
    if args.only != "ops":
        bench_iteration(res["iteration"], modes[1:], batches, args.n_dis, save)
    save()


if __name__ == "__main__":
    main()
