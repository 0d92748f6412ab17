"""Iterations of SSGAN, in each mode of torch_peer.py."""
import torch
import torch.nn.functional as F

from torch_networks import Discriminator, Generator, rotate_quarters
from torch_timing import graphed, timed

DEV = "cuda"


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
