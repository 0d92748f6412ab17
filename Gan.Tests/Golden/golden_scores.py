"""References of metrics on features, from their definitions: numpy and scipy, float64, brute force."""
import numpy as np
from scipy import linalg, special

from golden_io import Golden


def statistics(x, ddof=1):
    return x.mean(axis=0), np.atleast_2d(np.cov(x, rowvar=False, ddof=ddof))


def frechet_by_square_root(x, y):
    """With the matrix root of the covariances' product, sound where both have full rank."""
    (m1, s1), (m2, s2) = statistics(x), statistics(y)
    root = linalg.sqrtm(s1 @ s2)
    assert np.abs(root.imag).max() < 1e-6
    return ((m1 - m2) ** 2).sum() + np.trace(s1) + np.trace(s2) - 2 * np.trace(root.real)


def frechet_by_rows(x, y):
    """
    Without a covariance: with s1 = a'a and s2 = b'b for centred, scaled rows, tr (s1 s2)^(1/2) is the sum of the singular
    values of a b', for any rank.
    """
    a = (x - x.mean(axis=0)) / np.sqrt(len(x) - 1)
    b = (y - y.mean(axis=0)) / np.sqrt(len(y) - 1)
    return ((x.mean(axis=0) - y.mean(axis=0)) ** 2).sum() + (a ** 2).sum() + (b ** 2).sum() \
        - 2 * linalg.svdvals(a @ b.T).sum()


def kernel_distance(x, y):
    def k(u, v):
        return (u @ v.T / u.shape[1] + 1) ** 3
    m = len(x)
    within = [(k(u, u).sum() - np.trace(k(u, u))) / (m * (m - 1)) for u in (x, y)]
    return sum(within) - 2 * k(x, y).mean()


def inception_score(logits, splits=10):
    p = special.softmax(logits, axis=1)
    scores = []
    for i in range(splits):
        part = p[i * len(p) // splits:(i + 1) * len(p) // splits]
        # rel_entr says 0 for 0 ln 0.
        scores.append(np.exp(special.rel_entr(part, part.mean(axis=0)).sum(axis=1).mean()))
    return np.array(scores)


def squared_distances(x, y):
    return ((x[:, None, :] - y[None, :, :]) ** 2).sum(axis=2)


def manifold(x, y, near=3, wide=5):
    """Precision, recall, density, coverage of reals x and fakes y."""
    def radii(s, k):
        # The nearest of a row is itself.
        return np.sort(squared_distances(s, s), axis=1)[:, k]
    cross = squared_distances(x, y)
    precision = (cross <= radii(x, near)[:, None]).any(axis=0).mean()
    recall = (cross <= radii(y, near)[None, :]).any(axis=1).mean()
    inside = cross < radii(x, wide)[:, None]
    return np.array([precision, recall, inside.sum() / (wide * len(y)), inside.any(axis=1).mean()])


def mind(x, y, directions):
    a, b = np.sort(x @ directions.T, axis=0), np.sort(y @ directions.T, axis=0)
    return 3 * x.shape[1] * ((a - b) ** 2).mean()


def neighbours(queries, references, k):
    squared = squared_distances(queries, references)
    order = np.argsort(squared, axis=1, kind="stable")[:, :k]
    return order, np.sqrt(np.take_along_axis(squared, order, axis=1))


def hashed(seed, rows, columns):
    """Numbers in [-1/2, 1/2) that a test makes anew: bits of splitmix64's mixer on a counter."""
    z = (np.arange(rows * columns, dtype=np.uint64) + np.uint64(seed)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return ((z >> np.uint64(40)).astype(np.float64) / 2 ** 24 - 0.5).reshape(rows, columns)


def large():
    """Reals, fakes that are wider and elsewhere, and directions: 1,000 and 900 rows of 96 features."""
    x, y, u = hashed(1, 1000, 96), hashed(10 ** 9, 900, 96), hashed(2 * 10 ** 9, 64, 96)
    # A few features carry most of the variance, as a network's do.
    weight = 2.0 ** -(np.arange(96) // 12)
    return x * weight, y * weight * 1.125 + 0.03125, u


def make_scores(convention):
    golden = Golden(convention)
    r = np.random.default_rng(14)

    def f32(values):
        return values.astype(np.float32).astype(np.float64)

    mixing = r.normal(size=(12, 12)) / 3
    x, y = f32(np.maximum(r.normal(size=(150, 12)) @ mixing + 0.4, 0)), f32(np.maximum(r.normal(size=(130, 12)) * 0.4 + 0.3, 0))
    golden.put("features", real=x, fake=y)

    mean, covariance = statistics(x)
    golden.put_f64("frechet", mean=mean, covariance=covariance, covariance_ddof0=statistics(x, 0)[1],
                   distance=frechet_by_square_root(x, y), distance_by_rows=frechet_by_rows(x, y),
                   few=frechet_by_rows(x[:7], y[:9]), few_reals=frechet_by_rows(x[:7], y), one=((x[0] - y[0]) ** 2).sum())

    root = f32(r.normal(size=(9, 40)))
    golden.put("eigenvalues", rows=root)
    golden.put_f64("eigenvalues", values=linalg.eigvalsh(root @ root.T), singular=linalg.eigvalsh(root.T @ root))

    sets = [(r.choice(150, 60, replace=False), r.choice(130, 60, replace=False)) for _ in range(4)]
    estimates = np.array([kernel_distance(x[a], y[b]) for a, b in sets])
    golden.put("kernel", real_rows=np.array([a for a, _ in sets]), fake_rows=np.array([b for _, b in sets]))
    golden.put_f64("kernel", estimates=estimates, value=estimates.mean(), deviation=estimates.std())
    # A common part a thousand times as large as what differs.
    golden.put("kernel_far", real=f32(x + 1000), fake=f32(y + 1000))
    golden.put_f64("kernel_far", estimate=kernel_distance(f32(x + 1000)[:130], f32(y + 1000)))

    logits = f32(r.normal(size=(97, 9)) * 4)
    # Probabilities that are 0 in float64, in some rows and in a whole column of a split.
    logits[3, 2] = logits[5, 0] = -1e4
    logits[:9, 7] = -2e3
    scores = inception_score(logits)
    golden.put("inception", logits=logits)
    golden.put_f64("inception", scores=scores, value=scores.mean(), deviation=scores.std())

    directions = r.normal(size=(20, 12))
    directions = f32(directions / np.linalg.norm(directions, axis=1, keepdims=True))
    golden.put("mind", directions=directions)
    golden.put_f64("mind", value=mind(x[:130], y, directions))

    golden.put_f64("manifold", scores=manifold(x, y), scores_2_4=manifold(x, y, 2, 4), identical=manifold(x, x))
    # Whole numbers: distances are exact, and many are equal or zero.
    ties, others = r.integers(0, 3, size=(70, 4)).astype(float), r.integers(0, 4, size=(50, 4)).astype(float)
    golden.put("ties", real=ties, fake=others)
    golden.put_f64("ties", scores=manifold(ties, others), identical=manifold(ties, ties),
                   constant=manifold(ties, ties[:1].repeat(9, 0)))
    index, distance = neighbours(others, ties, 4)
    golden.put("neighbours", ties_index=index, index=neighbours(y, x, 3)[0])
    golden.put_f64("neighbours", ties_distance=distance, distance=neighbours(y, x, 3)[1])

    points = [(count, 7 + 900 / count + noise) for count, noise in zip((40, 60, 80, 100, 130), r.normal(size=5))]
    slope, intercept = np.polyfit([1 / c for c, _ in points], [v for _, v in points], 1)
    golden.put("line", counts=np.array([c for c, _ in points]))
    golden.put_f64("line", distances=[v for _, v in points], slope=slope, intercept=intercept)

    real, fake, u = map(f32, large())
    u = f32(u / np.linalg.norm(u, axis=1, keepdims=True))
    golden.put_f64("large", frechet=frechet_by_square_root(real, fake), kernel=kernel_distance(real[:900], fake),
                   manifold=manifold(real, fake), mind=mind(real[:900], fake, u))
    return golden
