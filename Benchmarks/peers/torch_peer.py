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
mode's iterations, which compile nothing, then the operations, then the iterations of the other modes in their order. What is
compiled may take all the time that is left.
`iteration` is one generator update with its `n_dis` discriminator updates, in images of 32x32.
"""
import argparse
import json
import os
import sys

import torch

from torch_operations import bench_ops
from torch_steps import bench_iteration


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
