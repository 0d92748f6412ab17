"""What GANs minimise in an update of D and of G: the loss, its parts as they are logged, and the logits behind them."""
import torch
import torch.nn.functional as F

from contrast_nets import ConditionalGenerator32, InfoMaxDiscriminator32, ProjectionDiscriminator32, SaganDiscriminator32, \
    SaganGenerator32
from residual_nets import DcganDiscriminator32, Generator, SnganDiscriminator, SsganDiscriminator32, WganGpDiscriminator, \
    rotate_batch


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


class Dcgan(Sngan):
    """Cross-entropy; G's loss has a floor under its logarithm."""

    @staticmethod
    def networks(nz, ngf, ndf):
        return Generator(32, nz, ngf), DcganDiscriminator32(ndf)

    def of_discriminator(self, d, real, fake, alpha):
        on_real, on_fake = d(real), d(fake)
        ones, zeros = torch.ones_like(on_real), torch.zeros_like(on_fake)
        loss = F.binary_cross_entropy_with_logits(on_real, ones) + F.binary_cross_entropy_with_logits(on_fake, zeros)
        return loss, {"d_adversarial": loss}, {"d_real": on_real, "d_fake": on_fake}

    def of_generator(self, d, fake):
        on_fake = d(fake)
        loss = -torch.log(torch.sigmoid(on_fake) + 1e-8).mean()
        return loss, {"g_adversarial": loss}, {"g_fake": on_fake}


class InfoMax:
    """Hinge loss and, of real images for D and of fake ones for G, the contrast of places with images."""

    SCALE, WIDTH = 0.2, 12

    @classmethod
    def networks(cls, nz, ngf, ndf):
        return Generator(32, nz, ngf), InfoMaxDiscriminator32(ndf, cls.WIDTH)

    @staticmethod
    def contrast(local, whole):
        """Each place of an image, and of all images' places those that are not its own, where -10 stands instead."""
        count = len(local)
        local = local.flatten(2).transpose(1, 2)
        scores = torch.einsum("kqd,nd->nkq", local, whole)
        own = torch.eye(count, dtype=torch.bool)
        positive = scores[own]
        negative = torch.where(own[:, :, None], torch.full_like(scores, -10), scores).flatten(1)
        table = torch.cat([positive[:, :, None], negative[:, None, :].expand(-1, positive.shape[1], -1)], dim=2)
        return -F.log_softmax(table, dim=2)[:, :, 0].mean()

    def of_discriminator(self, d, real, fake, alpha):
        (on_real, *features), (on_fake, _, _) = d(real), d(fake)
        adversarial, contrast = hinge(on_real, on_fake), self.SCALE * self.contrast(*d.project(*features))
        return adversarial + contrast, {"d_adversarial": adversarial, "d_contrast": contrast}, \
            {"d_real": on_real, "d_fake": on_fake}

    def of_generator(self, d, fake):
        on_fake, *features = d(fake)
        adversarial, contrast = -on_fake.mean(), self.SCALE * self.contrast(*d.project(*features))
        return adversarial + contrast, {"g_adversarial": adversarial, "g_contrast": contrast}, {"g_fake": on_fake}


class CganPd:
    """Hinge loss, with labels for both nets."""

    CLASSES = 3

    @classmethod
    def networks(cls, nz, ngf, ndf):
        return ConditionalGenerator32(nz, ngf, cls.CLASSES), ProjectionDiscriminator32(ndf, cls.CLASSES)

    def of_discriminator(self, d, real, fake, labels):
        on_real, on_fake = d(real, labels[0]), d(fake, labels[1])
        loss = hinge(on_real, on_fake)
        return loss, {"d_adversarial": loss}, {"d_real": on_real, "d_fake": on_fake}

    def of_generator(self, d, fake, labels):
        on_fake = d(fake, labels)
        loss = -on_fake.mean()
        return loss, {"g_adversarial": loss}, {"g_fake": on_fake}


class Sagan(CganPd):
    """The same with other nets. Attention starts with a weight, since of the 0 that it is drawn with no gradient comes."""

    @classmethod
    def networks(cls, nz, ngf, ndf):
        nets = SaganGenerator32(nz, ngf, cls.CLASSES), SaganDiscriminator32(ndf, cls.CLASSES)
        for net in nets:
            net.attn_block.gamma.data.fill_(0.5)
        return nets
