"""Layers, losses, optimizers and schedules of the engine's library, in the engine's layouts: (N, L, C), (N, H, W, C)."""
import torch
import torch.nn.functional as F
from torch import nn

from golden_io import Golden
from golden_layers import Case, exact


def last(x):
    """Channels last."""
    return x.movedim(1, -1) if x.dim() > 2 else x


def first(x):
    """Channels first."""
    return x.movedim(-1, 1) if x.dim() > 2 else x


def layer(golden, name, module, *inputs, run=None, into=last, back=first, **settings):
    """Random parameters, inputs, a random dy; the result and the gradients of all of them."""
    c = Case(golden, name, **settings)
    module = module.double()
    for p in module.parameters():
        p.data = c.normal(*p.shape, scale=0.5)
    xs = [c.normal(*shape).requires_grad_() for shape in inputs]
    run = run or (lambda *x: into(module(*[back(v) for v in x])))
    y = run(*xs)
    dy = c.normal(*y.shape)
    y.backward(dy)
    filters = lambda t, k: last(t) if k == "weight" else t
    c.put(dy=dy, y=y, **{f"x{i}": x for i, x in enumerate(xs)}, **{f"dx{i}": x.grad for i, x in enumerate(xs)})
    c.put(**{f"p.{k}": filters(p, k) for k, p in module.named_parameters()},
        **{f"g.{k}": filters(p.grad, k) for k, p in module.named_parameters()})


def layers(golden):
    layer(golden, "conv1d", nn.Conv1d(4, 6, 3, stride=2, padding=2, dilation=2, groups=2), (2, 9, 4))
    layer(golden, "conv1d_no_bias", nn.Conv1d(3, 2, 4, bias=False), (3, 6, 3))
    layer(golden, "linear_no_bias", nn.Linear(4, 3, bias=False), (5, 4))
    layer(golden, "linear_rank3", nn.Linear(4, 3), (2, 5, 4), into=lambda x: x, back=lambda x: x)
    layer(golden, "layer_norm", nn.LayerNorm(5), (3, 4, 5), into=lambda x: x, back=lambda x: x)
    layer(golden, "group_norm", nn.GroupNorm(2, 6), (2, 3, 4, 6))
    layer(golden, "instance_norm", nn.InstanceNorm2d(3, affine=True), (2, 4, 3, 3))
    layer(golden, "adaptive_5_3", nn.AdaptiveAvgPool2d((5, 3)), (2, 7, 8, 3))
    layer(golden, "adaptive_9_9", nn.AdaptiveAvgPool2d((9, 9)), (1, 4, 6, 2))
    layer(golden, "adaptive_1_1", nn.AdaptiveAvgPool2d(1), (2, 3, 5, 2))
    layer(golden, "adaptive_3_4", nn.AdaptiveAvgPool2d((3, 4)), (2, 6, 8, 2))

    def attention(name, causal, *inputs, bias=True):
        m = nn.MultiheadAttention(6, 2, batch_first=True, bias=bias)

        def run(q, k=None, v=None):
            k, v = (q, q) if k is None else (k, v)
            mask = torch.triu(torch.full((q.shape[1], k.shape[1]), float("-inf")), 1).double() if causal else None
            return m(q, k, v, attn_mask=mask)[0]
        layer(golden, name, m, *inputs, run=run)
    attention("attention_self", False, (2, 4, 6))
    attention("attention_causal", True, (2, 4, 6), bias=False)
    attention("attention_cross", False, (2, 3, 6), (2, 5, 6), (2, 5, 6))


def losses(golden):
    def loss(name, function, x, **constants):
        for reduction in ["mean", "sum", "none"]:
            c = Case(golden, f"{name}_{reduction}")
            leaf = exact(x).requires_grad_()
            y = function(leaf, reduction)
            dy = c.normal(*y.shape)
            y.backward(dy)
            c.put(x=leaf, dx=leaf.grad, y=y, dy=dy, **constants)
    c = Case(golden, "loss_inputs")
    x, t = 2 * c.normal(4, 3), c.normal(4, 3)
    bits, weight = c.integers(2, 4, 3).double(), exact(c.uniform(3) + 0.5)
    logits, labels = 3 * c.normal(5, 4), c.integers(4, 5)
    loss("mse", lambda x, r: F.mse_loss(x, t, reduction=r), x, t=t)
    loss("l1", lambda x, r: F.l1_loss(x, t, reduction=r), x, t=t)
    loss("smooth_l1", lambda x, r: F.smooth_l1_loss(x, t, reduction=r, beta=0.75), x, t=t)
    loss("huber", lambda x, r: F.huber_loss(x, t, reduction=r, delta=1.5), x, t=t)
    loss("bce", lambda x, r: F.binary_cross_entropy_with_logits(x, bits, reduction=r), 20 * x, t=bits)
    loss("bce_weighted", lambda x, r: F.binary_cross_entropy_with_logits(x, bits, pos_weight=weight, reduction=r), x, t=bits,
        weight=weight)
    loss("nll", lambda x, r: F.nll_loss(x, labels, reduction=r), F.log_softmax(logits, -1), t=labels)
    loss("cross_entropy", lambda x, r: F.cross_entropy(x, labels, reduction=r), logits, t=labels)
    loss("cross_entropy_smooth", lambda x, r: F.cross_entropy(x, labels, reduction=r, label_smoothing=0.1), logits, t=labels)


def lion(values, grads, lr, beta1, beta2, decay):
    """Algorithm 2 of Chen et al. 2023, which this PyTorch does not have."""
    p, m = values.clone(), torch.zeros_like(values)
    for g in grads:
        p = p - lr * (torch.sign(beta1 * m + (1 - beta1) * g) + decay * p)
        m = beta2 * m + (1 - beta2) * g
        yield p


def optimizers(golden):
    def run(name, make):
        c = Case(golden, name)
        w0, grads = c.normal(3, 5), exact(c.normal(20, 3, 5))
        w, steps = w0.clone().requires_grad_(), []
        optimizer = make([w])
        for gradient in grads:
            w.grad = gradient.clone()
            optimizer.step()
            steps.append(w.detach().clone())
        c.put(w=w0, dw=grads, w_after=torch.stack(steps))
    run("adamw", lambda p: torch.optim.AdamW(p, lr=0.01, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.1))
    run("rmsprop", lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9, eps=1e-8))
    run("rmsprop_all", lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9, eps=1e-6, weight_decay=0.1, momentum=0.8,
        centered=True))
    run("sgd_nesterov", lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True))
    run("sgd_decay", lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.1))
    c = Case(golden, "lion")
    w0, grads = c.normal(3, 5), exact(c.normal(20, 3, 5))
    c.put(w=w0, dw=grads, w_after=torch.stack(list(lion(w0, grads, 0.01, 0.9, 0.99, 0.1))))


def schedules(golden):
    def rates(name, make, count, lr=0.1):
        w = torch.zeros(1, requires_grad=True)
        optimizer = torch.optim.SGD([w], lr=lr)
        schedule, values = make(optimizer), []
        for _ in range(count):
            values.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            schedule.step()
        golden.put(name, rates=torch.tensor(values, dtype=torch.float64))
    s = torch.optim.lr_scheduler
    rates("one_cycle", lambda o: s.OneCycleLR(o, max_lr=0.1, total_steps=21), 21)
    rates("one_cycle_other", lambda o: s.OneCycleLR(o, max_lr=0.1, total_steps=20, pct_start=0.45, div_factor=10,
        final_div_factor=100), 20)
    rates("step", lambda o: s.StepLR(o, step_size=4, gamma=0.5), 14)
    rates("cosine", lambda o: s.CosineAnnealingLR(o, T_max=10, eta_min=0.02), 11)
    rates("warm_up_cosine", lambda o: s.SequentialLR(o, [s.LinearLR(o, start_factor=1e-8, total_iters=5),
        s.CosineAnnealingLR(o, T_max=10)], milestones=[5]), 15)


def make_nn(metadata):
    golden = Golden(metadata)
    layers(golden)
    losses(golden)
    optimizers(golden)
    schedules(golden)
    return golden
