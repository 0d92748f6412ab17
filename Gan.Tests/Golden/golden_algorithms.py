"""What three GANs minimise in an update of D and of G: the loss, its parts as they are logged, and the logits behind them."""
import torch
import torch.nn.functional as F

from residual_nets import Generator, SnganDiscriminator, SsganDiscriminator32, WganGpDiscriminator, rotate_batch


def hinge(on_real, on_fake):
    return F.relu(1 - on_real).mean() + F.relu(1 + on_fake).mean()


class Ssgan:
    """
    Hinge loss on upright images, cross-entropy on turned ones. D sees its batches one after the other (Mimicry) or, in one pass,
    as one batch (compare_gan).
    """

    D_SCALE, G_SCALE = 1.0, 0.2

    def __init__(self, one_pass=False):
        self.one_pass = one_pass

    @staticmethod
    def networks(nz, ngf, ndf):
        return Generator(32, nz, ngf), SsganDiscriminator32(ndf)

    def judge(self, d, *batches):
        if not self.one_pass:
            return [d(x) for x in batches]
        logits, rotation = d(torch.cat(batches))
        sizes = [len(x) for x in batches]
        return list(zip(logits.split(sizes), rotation.split(sizes)))

    def of_discriminator(self, d, real, fake, alpha):
        turned, labels = rotate_batch(real)
        (on_real, _), (on_fake, _), (_, guess) = self.judge(d, real, fake, turned)
        adversarial, rotation = hinge(on_real, on_fake), F.cross_entropy(guess, labels)
        losses = {"d_adversarial": adversarial, "d_rotation": rotation}
        return adversarial + self.D_SCALE * rotation, losses, {"d_real": on_real, "d_fake": on_fake}

    def of_generator(self, d, fake):
        turned, labels = rotate_batch(fake)
        (on_fake, _), (_, guess) = self.judge(d, fake, turned)
        adversarial, rotation = -on_fake.mean(), F.cross_entropy(guess, labels)
        return adversarial + self.G_SCALE * rotation, {"g_adversarial": adversarial, "g_rotation": rotation}, {"g_fake": on_fake}


class Sngan:
    """Hinge loss."""

    @staticmethod
    def networks(nz, ngf, ndf):
        return Generator(32, nz, ngf), SnganDiscriminator(32, ndf)

    def of_discriminator(self, d, real, fake, alpha):
        on_real, on_fake = d(real), d(fake)
        loss = hinge(on_real, on_fake)
        return loss, {"d_adversarial": loss}, {"d_real": on_real, "d_fake": on_fake}

    def of_generator(self, d, fake):
        on_fake = d(fake)
        loss = -on_fake.mean()
        return loss, {"g_adversarial": loss}, {"g_fake": on_fake}


class WganGp(Sngan):
    """Wasserstein loss and, for D, a penalty on the slope at alpha·real + (1 - alpha)·fake."""

    GP_SCALE = 10.0

    @staticmethod
    def networks(nz, ngf, ndf):
        return Generator(32, nz, ngf, shortcut_gain=None), WganGpDiscriminator(32, ndf)

    def of_discriminator(self, d, real, fake, alpha):
        on_real, on_fake = d(real), d(fake)
        adversarial = on_fake.mean() - on_real.mean()
        alpha = alpha.view(-1, 1, 1, 1)
        between = (alpha * real + (1 - alpha) * fake).requires_grad_()
        slope, = torch.autograd.grad(d(between).sum(), between, create_graph=True)
        penalty = self.GP_SCALE * ((slope.flatten(1).norm(dim=1) - 1) ** 2).mean()
        losses = {"d_adversarial": adversarial, "gradient_penalty": penalty}
        return adversarial + penalty, losses, {"d_real": on_real, "d_fake": on_fake}
