// The data path in one launch: upright[i] = pixels[indices[i]] / 127.5 - 1, mirrored left to right where flips[i] is not 0;
// rotated[i] = upright[i] turned turns[i] times counter-clockwise. pixels U8 (M, S, S, C), upright and rotated (N, S, S, C);
// both overwritten. Both images of an index outside [0, M) are NaN. flips may be null; so may rotated, and then turns.
//
// A block takes tiles of 32 x 32 pixels (fewer beyond 12 channels): bytes come in by rows of 96 at C = 3, by 16 where they are
// aligned, and leave twice from shared memory, by 4 bytes a lane in the order of the images.
//
// Moves per element 1 byte in and 4 (F32) or 2 (BF16) out, and as many again where the turned images are wanted: 5 or 3, 9 or 5
// with both. A second launch that turns the first one's result would read it again: 13 or 7. The floor of (64, 32, 32, 3) is
// 1.0 MB in F32, 1.8 MB with both, below a launch's own cost.
#include "turn.cuh"

struct GatherImagesArgs {
  const u8* pixels;
  const int* indices;
  const int* flips;
  const int* turns;
  void* upright;
  void* rotated;
  i64 count;                      // tiles
  Divisor per_image, per_row;     // tiles of an image and of a row of tiles
  int m, size, channels, side, shift, wide, words;
};

DEV float normalised(u8 pixel) { return fma_((float)pixel, 1 / 127.5f, -1.0f); }
DEV float nan_() { return u2f(0x7fc00000u); }

template<class T> struct Normalise {
  const u8* tile;
  bool valid;
  __device__ T operator()(const int (&at)[1]) const { T y; from_float(valid ? normalised(tile[at[0]]) : nan_(), y); return y; }
};
struct NormalisePair {
  const u8* tile;
  bool valid;
  __device__ u32 operator()(const int (&at)[2]) const {
    return valid ? f2bf2(normalised(tile[at[0]]), normalised(tile[at[1]])) : f2bf2(nan_(), nan_());
  }
};

DEV void write_normalised(const GatherImagesArgs& a, const u8* tile, bool valid, const Walk& walk, float* y, int c) {
  Normalise<float> make = {tile, valid};
  write_tile<1>(walk, y, a.size, c, make);
}
DEV void write_normalised(const GatherImagesArgs& a, const u8* tile, bool valid, const Walk& walk, bf16* y, int c) {
  if (a.words) {
    NormalisePair make = {tile, valid};
    write_tile<2>(walk, (u32*)y, a.size, c, make);
  } else {
    Normalise<bf16> make = {tile, valid};
    write_tile<1>(walk, y, a.size, c, make);
  }
}

// Channels = 0: as many as the arguments say.
template<class T, int Channels, int Bytes> DEV void gather_tiles(const GatherImagesArgs& a) {
  __shared__ ALIGN(16) u8 tile[Bytes];
  int c = Channels ? Channels : a.channels, pitch = tile_pitch<u8>(a.side * c);
  i64 row = (i64)a.size * c;
  for (i64 t = bidx(); t < a.count; t += gdimx()) {
    i64 rest = t, image = divide(rest, a.per_image);
    int index = a.indices[image];
    bool valid = index >= 0 && index < a.m, mirror = a.flips && a.flips[image] != 0;
    Tile to = tile_at(rest, a.per_row, a.side, a.size);
    int column = mirror ? a.size - to.c0 - to.columns : to.c0;
    if (valid)
      read_tile(a.pixels + (index * (i64)a.size + to.r0) * row + column * c, row, to.rows, to.columns * c,
          tile, pitch, a.wide, a.shift);
    sync();
    int first = mirror ? (to.columns - 1) * c : 0, across = mirror ? -c : c;
    i64 start = image * a.size * row;
    write_normalised(a, tile, valid, turned(0, to, a.size, first, pitch, across), (T*)a.upright + start, c);
    if (a.rotated)
      write_normalised(a, tile, valid, turned(a.turns[image] & 3, to, a.size, first, pitch, across), (T*)a.rotated + start, c);
    sync();
  }
}

// 32 rows of 7 packs (96 bytes and one pack more).
KERNEL __launch_bounds__(256) gather_images3_f32(GatherImagesArgs a) { gather_tiles<float, 3, 3584>(a); }
KERNEL __launch_bounds__(256) gather_images3_bf16(GatherImagesArgs a) { gather_tiles<bf16, 3, 3584>(a); }
KERNEL __launch_bounds__(256) gather_images_f32(GatherImagesArgs a) { gather_tiles<float, 0, 12800>(a); }
KERNEL __launch_bounds__(256) gather_images_bf16(GatherImagesArgs a) { gather_tiles<bf16, 0, 12800>(a); }
