"""What SSGAN's successors minimise: a task of turned images in which fakes have classes of their own."""
import torch
import torch.nn.functional as F
from torch import nn

from golden_algorithms import hinge
from residual_nets import Generator, HeadLinear, SsganDiscriminator32, rotate_batch


def all_turns(x):
    """Every image in all four directions, counter-clockwise; direction by direction."""
    return torch.cat([torch.rot90(x, k, (2, 3)) for k in range(4)]), torch.arange(4).repeat_interleave(len(x))


def multi_hinge(scores, right):
    """Mean over the wrong classes of max(0, 1 - right + wrong)."""
    return wrong_classes(scores, right, lambda lag: F.relu(1 + lag))


def lag(scores, right):
    """Mean over the wrong classes of wrong - right."""
    return wrong_classes(scores, right, lambda lag: lag)


def wrong_classes(scores, right, of):
    lags = scores - scores.gather(1, right[:, None])
    wrong = torch.ones_like(scores).scatter(1, right[:, None], 0.0)
    return (of(lags) * wrong).sum() / wrong.sum()


class SsganMs:
    """Tran et al. 2019: four turns of real images, and a fifth class for fakes of any turn."""

    TASK_CLASSES, D_SCALE, G_SCALE, UPRIGHT = 5, 0.5, 0.1, True
    turn = staticmethod(rotate_batch)

    @classmethod
    def networks(cls, nz, ngf, ndf):
        d = SsganDiscriminator32(ndf)
        d.l_y = HeadLinear(ndf, cls.TASK_CLASSES)
        return Generator(32, nz, ngf), d

    def task_of_discriminator(self, on_real, on_fake, turns):
        return F.cross_entropy(on_real, turns) + F.cross_entropy(on_fake, torch.full_like(turns, 4))

    def task_of_generator(self, on_fake, turns):
        return F.cross_entropy(on_fake, turns) - F.cross_entropy(on_fake, torch.full_like(turns, 4))

    def of_discriminator(self, d, real, fake, *_):
        on_real, on_fake = ([d(real)[0], d(fake)[0]] if self.UPRIGHT else [None, None])
        (turned, turns), (turned_fake, _) = self.turn(real), self.turn(fake)
        task = self.task_of_discriminator(d(turned)[1], d(turned_fake)[1], turns)
        if not self.UPRIGHT:
            return self.D_SCALE * task, {"d_rotation": task}, {}
        adversarial = hinge(on_real, on_fake)
        losses = {"d_adversarial": adversarial, "d_rotation": task}
        return adversarial + self.D_SCALE * task, losses, {"d_real": on_real, "d_fake": on_fake}

    def of_generator(self, d, fake, *_):
        on_fake = d(fake)[0] if self.UPRIGHT else None
        turned, turns = self.turn(fake)
        task = self.task_of_generator(d(turned)[1], turns)
        if not self.UPRIGHT:
            return self.G_SCALE * task, {"g_rotation": task}, {}
        adversarial = -on_fake.mean()
        return adversarial + self.G_SCALE * task, {"g_adversarial": adversarial, "g_rotation": task}, {"g_fake": on_fake}


class SsganLa(SsganMs):
    """Hou et al. 2021: class 2k is a real image turned by k quarters, 2k + 1 a fake one; nothing else is played for."""

    TASK_CLASSES, D_SCALE, G_SCALE, UPRIGHT = 8, 1.0, 1.0, False
    turn = staticmethod(all_turns)

    def task_of_discriminator(self, on_real, on_fake, turns):
        return multi_hinge(on_real, 2 * turns) + multi_hinge(on_fake, 2 * turns + 1)

    def task_of_generator(self, on_fake, turns):
        return lag(on_fake, 2 * turns) - lag(on_fake, 2 * turns + 1)


class SsganLaPlus(SsganLa):
    """The same beside the hinge loss of upright images, with cross-entropy for the eight classes."""

    UPRIGHT = True

    def task_of_discriminator(self, on_real, on_fake, turns):
        return F.cross_entropy(on_real, 2 * turns) + F.cross_entropy(on_fake, 2 * turns + 1)

    def task_of_generator(self, on_fake, turns):
        return F.cross_entropy(on_fake, 2 * turns) - F.cross_entropy(on_fake, 2 * turns + 1)
