// The gradient of spectral normalisation (Miyato et al. 2018, eq. 12) for all layers of a network in one cooperative launch,
// at fixed u and v.
// Adds to dw (F32), dn F32 or BF16:   dw += dn / sigma - (<dn, W> / sigma^2) * u * v^T
//
// A layer has a group of blocks (spectral_norm.cuh), a block a range of elements; one barrier of the group for the dot product.
// Bytes moved an element of W: dn and W read, dn read again (cached), dw read and written: 20 (BF16 dn 16).
#include "spectral_norm.cuh"

const int MostGradients = 50;

struct SpectralGradient {
  const float* w;
  const void* dn;
  const float* u;
  const float* v;
  const float* sigma;
  float* dw;
  float* scratch;      // shares of <dn, w> (blocks)
  int rows, columns;
  int first, blocks;
  int packed, fromBf16;
};

struct SpectralNormBackwardArgs {
  int* arrivals;
  i64 layers;
  SpectralGradient layer[MostGradients];
};

// Four elements of dn, or one.
DEV f4 gradient_quad(const SpectralGradient& layer, i64 i) {
  if (!layer.fromBf16) return ldg4((const float*)layer.dn + i);
  u64 v = *(const u64*)((const bf16*)layer.dn + i);
  return make_f4(bf_lo((u32)v), bf_hi((u32)v), bf_lo((u32)(v >> 32)), bf_hi((u32)(v >> 32)));
}
DEV float gradient_at(const SpectralGradient& layer, i64 i) {
  return layer.fromBf16 ? load((const bf16*)layer.dn + i) : ((const float*)layer.dn)[i];
}

KERNEL __launch_bounds__(Threads) spectral_norm_backward_f32(SpectralNormBackwardArgs a) {
  const int t = (int)tidx();
  int index = 0;
  while (index + 1 < a.layers && a.layer[index + 1].first <= (int)bidx()) index++;
  const SpectralGradient& layer = a.layer[index];
  const int rank = (int)bidx() - layer.first, blocks = layer.blocks, columns = layer.columns;
  // Quads lie within a row where they are used: columns are a multiple of four then.
  const i64 quads = ((i64)layer.rows * columns + 3) / 4, begin = quads * rank / blocks * 4;
  const i64 end = min_(quads * (rank + 1) / blocks * 4, (i64)layer.rows * columns);
  const int each = layer.packed ? 4 : 1;
  const i64 step = Threads * each;

  float dot = 0.0f;
  if (layer.packed)
    for (i64 i = begin + 4 * t; i < end; i += step) dot = add_dot(dot, gradient_quad(layer, i), ldg4(layer.w + i));
  else for (i64 i = begin + t; i < end; i += step) dot = fma_(gradient_at(layer, i), layer.w[i], dot);
  dot = block_sum(dot);
  if (t == 0) layer.scratch[rank] = dot;
  group_barrier(a.arrivals + index, rank, blocks);

  // The quotient has no gradient where sigma is 0; 0 keeps what comes after finite.
  const float scale = *layer.sigma == 0.0f ? 0.0f : 1.0f / *layer.sigma,
      coefficient = sum_of(layer.scratch, blocks) * scale * scale;
  i64 i = begin + (i64)each * t, row = i / columns;
  int column = (int)(i - row * columns);
  const i64 rowStep = step / columns;
  const int columnStep = (int)(step % columns);
  for (; i < end; i += step) {
    float by = -coefficient * layer.u[row];
    if (layer.packed) {
      f4 dn = gradient_quad(layer, i), dw = ld4(layer.dw + i);
      const float* v = layer.v + column;
      st4(layer.dw + i, make_f4(dw.x + fma_(dn.x, scale, v[0] * by), dw.y + fma_(dn.y, scale, v[1] * by),
                                dw.z + fma_(dn.z, scale, v[2] * by), dw.w + fma_(dn.w, scale, v[3] * by)));
    } else {
      layer.dw[i] += fma_(gradient_at(layer, i), scale, layer.v[column] * by);
    }
    row += rowStep;
    column += columnStep;
    if (column >= columns) { column -= columns; row++; }
  }
}
