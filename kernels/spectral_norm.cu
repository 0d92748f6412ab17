// Spectral normalisation (Miyato et al. 2018) of all layers of a network in one cooperative launch. A layer is a matrix W (rows,
// columns), F32. `iterations` times, then the rest once; all of v, u, sigma, n overwritten:
//   v = normalise(W^T u), u = normalise(W v), normalise(x) = x / max(|x|, epsilon)
//   sigma = u^T W v;   n = W / sigma, F32 or BF16
//
// A layer has a group of blocks (spectral_norm.cuh). A block owns a slab of columns, and works through it in panels that it
// copies to shared memory, in chunks of rows where a panel is too tall. z = W^T u of a panel needs no other block, and W*z of the
// panel's columns follows while the panel is at hand: one barrier for the group to add up its shares of y = W*z (|z| divides
// later), one for |y|. The last chunk stays at hand for the next pass, so passes alternate in direction; a layer that fits in its
// blocks' shared memory (all of them in a 32-pixel network on a large card) is read once. Bytes moved an element of W, one
// iteration: 4 read + 4 (BF16 2) written where it fits; else 4 to 8 more, from the second-level cache where that holds W.
#include "spectral_norm.cuh"

const int TileQuads = 2432, MostQuads = 256, LeastQuads = 16, MostLayers = 56;

struct SpectralLayer {
  const float* w;
  float* u;
  float* v;
  float* sigma;
  void* n;
  float* scratch;      // shares of y (blocks, rows), y (rows), shares of |z|^2 and of sigma (blocks each)
  int rows, columns;
  int first, blocks;   // the layer's blocks
  int packed;          // whether w's and n's rows take accesses of four elements
  int toBf16;
};

struct SpectralNormArgs {
  int* arrivals;       // a word a layer, its low 31 bits 0 before and after
  int layers, iterations;
  float epsilon;
  SpectralLayer layer[MostLayers];
};

// 1 / max(norm, epsilon) from the norm's square; a NaN stays one.
DEV float inverse_norm(float square, float epsilon) {
  float norm = sqrt_(square);
  return 1.0f / (norm <= epsilon ? epsilon : norm);
}

DEV void add_scaled(f4& s, f4 x, float by) {
  s.x = fma_(x.x, by, s.x);
  s.y = fma_(x.y, by, s.y);
  s.z = fma_(x.z, by, s.z);
  s.w = fma_(x.w, by, s.w);
}

// Walks positions t, t + Threads, ... of an array of rows of so many columns, without a division a step.
struct Walk {
  int row, column, rows, columns, width;
};
DEV Walk walk(int width) {
  int t = (int)tidx();
  Walk k = {t / width, t % width, Threads / width, Threads % width, width};
  return k;
}
DEV void advance(Walk& k) {
  k.row += k.rows;
  k.column += k.columns;
  if (k.column >= k.width) { k.column -= k.width; k.row++; }
}

// A block's part of a layer: its slab of columns, cut into panels of columns and chunks of rows.
struct Slab {
  int begin, end;                  // columns
  int panelQuads, panels;
  int stride;                      // quads of a row in the tile; odd, so that a column's cells lie in different banks
  int chunkRows, chunks;
};

DEV Slab slab_of(const SpectralLayer& layer, int rank) {
  // Whole sectors of 32 bytes.
  i64 units = (layer.columns + 7) / 8;
  Slab s;
  s.begin = (int)(units * rank / layer.blocks) * 8;
  s.end = (int)min_(units * (rank + 1) / layer.blocks * 8, layer.columns);
  int quads = (s.end - s.begin + 3) / 4, most = TileQuads / layer.rows;
  most = (most < LeastQuads ? LeastQuads : most > MostQuads ? MostQuads : most) & ~1;
  s.panels = (quads + most - 1) / most;
  s.panelQuads = ((quads + s.panels - 1) / s.panels + 1) & ~1;
  s.panels = (quads + s.panelQuads - 1) / s.panelQuads;
  s.stride = s.panelQuads | 1;
  s.chunkRows = TileQuads / s.stride;
  s.chunks = (layer.rows + s.chunkRows - 1) / s.chunkRows;
  return s;
}

// A chunk of a panel.
struct Piece {
  int index;
  int column, width, quads;  // first column, columns, quads
  int row, rows;
};

DEV Piece piece_of(const SpectralLayer& layer, const Slab& s, int panel, int chunk) {
  Piece p;
  p.index = panel * s.chunks + chunk;
  p.column = s.begin + panel * s.panelQuads * 4;
  p.width = (int)min_(s.panelQuads * 4, s.end - p.column);
  p.quads = (p.width + 3) / 4;
  p.row = chunk * s.chunkRows;
  p.rows = (int)min_(s.chunkRows, layer.rows - p.row);
  return p;
}

// Copies a piece to the tile unless it is there; columns past the last up to a whole quad become 0.
DEV void hold(const SpectralLayer& layer, const Slab& s, const Piece& p, f4* tile, int& held) {
  if (held == p.index) return;
  held = p.index;
  // Everybody is done with what the tile holds.
  sync();
  const float* from = layer.w + (i64)p.row * layer.columns + p.column;
  if (layer.packed) {
    const int Ahead = 2;
    Walk k = walk(p.quads);
    while (k.row < p.rows) {
      f4 v[Ahead];
      int at[Ahead];
#pragma unroll
      for (int i = 0; i < Ahead; i++) {
        at[i] = k.row < p.rows ? k.row * s.stride + k.column : -1;
        if (at[i] >= 0) v[i] = ldg4(from + (i64)k.row * layer.columns + 4 * k.column);
        advance(k);
      }
#pragma unroll
      for (int i = 0; i < Ahead; i++) if (at[i] >= 0) tile[at[i]] = v[i];
    }
  } else {
    for (Walk k = walk(p.quads * 4); k.row < p.rows; advance(k))
      ((float*)tile)[k.row * s.stride * 4 + k.column] = k.column < p.width ? from[(i64)k.row * layer.columns + k.column] : 0.0f;
  }
  sync();
}

// y's share of rows that this block adds up.
DEV int share_begin(const SpectralLayer& layer, int rank) { return (int)((i64)layer.rows * rank / layer.blocks); }

KERNEL __launch_bounds__(Threads, 4) spectral_norm_forward_f32(SpectralNormArgs a) {
  __shared__ f4 tile[TileQuads], z[MostQuads], parts[Threads];
  const int t = (int)tidx();
  int index = 0;
  while (index + 1 < a.layers && a.layer[index + 1].first <= (int)bidx()) index++;
  const SpectralLayer& layer = a.layer[index];
  const int rank = (int)bidx() - layer.first, rows = layer.rows, blocks = layer.blocks;
  float* shares = layer.scratch;
  float* y = shares + (i64)blocks * rows;
  float* zShares = y + rows;
  float* sigmaShares = zShares + blocks;
  float* mine = shares + (i64)rank * rows;
  const int rowBegin = share_begin(layer, rank), rowEnd = share_begin(layer, rank + 1);
  const Slab s = slab_of(layer, rank);
  int held = -1;
  float uScale = 1.0f, vScale = 1.0f, sigma = 0.0f;

  for (int round = 0; round == 0 || round < a.iterations; round++) {
    const float* u = round == 0 ? layer.u : y;
    float square = 0.0f;
    for (int panel = 0; panel < s.panels; panel++) {
      Piece p = piece_of(layer, s, panel, 0);
      if (a.iterations > 0) {
        // z of the panel: a thread takes a quad of columns and every so many-th row; the threads of a quad meet in a tree.
        const int groups = Threads / p.quads, group = t / p.quads, k = t % p.quads;
        f4 sum = make_f4(0.0f, 0.0f, 0.0f, 0.0f);
        for (int chunk = 0; chunk < s.chunks; chunk++) {
          p = piece_of(layer, s, panel, chunk);
          hold(layer, s, p, tile, held);
          if (group < groups)
            for (int r = group; r < p.rows; r += groups) add_scaled(sum, tile[r * s.stride + k], u[p.row + r] * uScale);
        }
        parts[t] = sum;
        for (int count = groups; count > 1;) {
          int half = (count + 1) / 2;
          sync();
          if (group + half < count) {
            add_scaled(sum, parts[t + half * p.quads], 1.0f);
            parts[t] = sum;
          }
          count = half;
        }
        if (group == 0) {
          z[k] = sum;
          square = add_dot(square, sum, sum);
        }
        sync();
        for (int i = t; i < p.width; i += Threads) layer.v[p.column + i] = ((float*)z)[i];
      } else {
        sync();
        for (int i = t; i < p.quads * 4; i += Threads) ((float*)z)[i] = i < p.width ? layer.v[p.column + i] : 0.0f;
        sync();
      }
      // The panel's share of y = W*z: as many threads a row, a power of two, as the chunk's height leaves.
      for (int chunk = s.chunks - 1; chunk >= 0; chunk--) {
        p = piece_of(layer, s, panel, chunk);
        hold(layer, s, p, tile, held);
        int shift = 0;
        while (shift < 5 && p.rows << (shift + 1) <= Threads) shift++;
        for (int base = 0; base < p.rows; base += Threads >> shift) {
          int r = base + (t >> shift), part = t & ((1 << shift) - 1);
          float dot = 0.0f;
          if (r < p.rows)
            for (int k = part; k < p.quads; k += 1 << shift) dot = add_dot(dot, tile[r * s.stride + k], z[k]);
          for (int m = 1 << shift >> 1; m; m >>= 1) dot += shfl_xor(dot, m);
          if (r < p.rows && part == 0) mine[p.row + r] = panel == 0 ? dot : mine[p.row + r] + dot;
        }
      }
    }
    square = block_sum(square);
    if (t == 0) zShares[rank] = square;
    group_barrier(a.arrivals + index, rank, blocks);

    if (a.iterations > 0) vScale = inverse_norm(sum_of(zShares, blocks), a.epsilon);
    float along = 0.0f;
    int shift = 0;
    while (shift < 5 && (rowEnd - rowBegin) << (shift + 1) <= Threads) shift++;
    for (int base = rowBegin; base < rowEnd; base += Threads >> shift) {
      int r = base + (t >> shift), part = t & ((1 << shift) - 1);
      float sum = 0.0f;
      if (r < rowEnd)
        for (int b = part; b < blocks; b += 1 << shift) sum += shares[(i64)b * rows + r];
      for (int m = 1 << shift >> 1; m; m >>= 1) sum += shfl_xor(sum, m);
      if (r < rowEnd && part == 0) {
        sum *= vScale;
        y[r] = sum;
        along = fma_(a.iterations > 0 ? sum : layer.u[r], sum, along);
      }
    }
    along = block_sum(along);
    if (t == 0) sigmaShares[rank] = along;
    group_barrier(a.arrivals + index, rank, blocks);

    // u = y / |y| makes u^T y = |y|^2 / |y|.
    sigma = sum_of(sigmaShares, blocks);
    if (a.iterations > 0) {
      uScale = inverse_norm(sigma, a.epsilon);
      sigma *= uScale;
    }
  }

  if (a.iterations > 0) {
    for (int r = rowBegin + t; r < rowEnd; r += Threads) layer.u[r] = y[r] * uScale;
    for (int c = s.begin + t; c < s.end; c += Threads) layer.v[c] *= vScale;
  }
  if (rank == 0 && t == 0) *layer.sigma = sigma;
  // By the smallest normal number in place of 0: a zero weight stays zero, where 0 / 0 would be NaN.
  if (sigma == 0.0f) sigma = 1.17549435e-38f;
  for (int panel = s.panels - 1; panel >= 0; panel--) {
    for (int chunk = 0; chunk < s.chunks; chunk++) {
      Piece p = piece_of(layer, s, panel, chunk);
      i64 at = (i64)p.row * layer.columns + p.column;
      if (layer.packed) {
        for (Walk k = walk(p.quads); k.row < p.rows; advance(k)) {
          i64 i = at + (i64)k.row * layer.columns + 4 * k.column;
          f4 w = held == p.index ? tile[k.row * s.stride + k.column] : ldg4(layer.w + i);
          w = make_f4(w.x / sigma, w.y / sigma, w.z / sigma, w.w / sigma);
          if (layer.toBf16) *(u64*)((bf16*)layer.n + i) = (u64)f2bf2(w.x, w.y) | (u64)f2bf2(w.z, w.w) << 32;
          else st4((float*)layer.n + i, w);
        }
      } else {
        for (Walk k = walk(p.width); k.row < p.rows; advance(k)) {
          i64 i = at + (i64)k.row * layer.columns + k.column;
          float w = layer.w[i] / sigma;
          if (layer.toBf16) store((bf16*)layer.n + i, w);
          else ((float*)layer.n)[i] = w;
        }
      }
    }
  }
}
