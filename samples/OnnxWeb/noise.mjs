// The engine's random numbers, so that a seed draws here what `ssgan sample --seeds` draws: Philox 4x32-10 (Salmon et al.,
// SC 2011) with the seed as key, blocks counted from 0, four numbers a block.

const rounds = 10, step = 2 ** -24;

/** The four words of a block of the stream of a seed (a BigInt of 64 bits); block is below 2^32. */
export function philox(block, seed) {
    let [c0, c1, c2, c3] = [block >>> 0, 0, 0, 0];
    let k0 = Number(seed & 0xFFFFFFFFn), k1 = Number(seed >> 32n & 0xFFFFFFFFn);
    for (let round = 0; round < rounds; round++) {
        const [high0, low0] = product(0xD2511F53, c0), [high2, low2] = product(0xCD9E8D57, c2);
        [c0, c1, c2, c3] = [(high2 ^ c1 ^ k0) >>> 0, low2, (high0 ^ c3 ^ k1) >>> 0, low0];
        k0 = (k0 + 0x9E3779B9) >>> 0;
        k1 = (k1 + 0xBB67AE85) >>> 0;
    }
    return [c0, c1, c2, c3];
}

/** Both halves of a 64-bit product: of a's 16-bit halves, as doubles hold 53 bits. */
function product(a, b) {
    const low = (a & 0xFFFF) * b, high = (a >>> 16) * b + Math.floor(low / 0x10000);
    return [Math.floor(high / 0x10000), Math.imul(a, b) >>> 0];
}

/** Standard normal numbers by Box-Muller. */
export function normal(count, seed) {
    const z = new Float32Array(count);
    for (let i = 0; i < count; i += 2) {
        const words = philox(i >> 2, seed), pair = i & 2;
        const r = Math.sqrt(-2 * Math.log(((words[pair] >>> 8) + 1) * step));
        const angle = 2 * Math.PI * (words[pair + 1] >>> 8) * step;
        z[i] = r * Math.cos(angle);
        if (i + 1 < count) z[i + 1] = r * Math.sin(angle);
    }
    return z;
}

/** Uniform numbers in [-1, 1), which the generators of compare_gan take. */
export function uniform(count, seed) {
    return Float32Array.from({ length: count }, (_, i) => 2 * (philox(i >> 2, seed)[i & 3] >>> 8) * step - 1);
}
