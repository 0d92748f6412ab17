// Convolutions of images (N, H, W, C) with filters (K, KH, KW, C / G) as products without an im2col matrix: the kernels' common
// body. For each of G groups, each with its part of the channels and of the filters, a batch of the product:
//
//   forward  y (pixels of y, filters)        = sum over (tap, channel of x)  x at the tap * w           + bias
//   data     dx (pixels of x, channels)      = sum over (tap, filter)        dy at the tap, mirrored * w
//   filter   dw (filters, taps x channels)   = sum over pixels of y          dy * x at the tap
//
// The pixels of a grid (of y, or of x in `data`) read an image (x, or dy in `data`) through the taps of the kernel, which lie
// `dilation` pixels apart; outside of the image, and between the steps of a stride in `data`, they read zero.
#pragma once
#include "gemm.cuh"

struct Conv2dArgs {
  const void* image;
  const void* other;  // w; dy in `filter`
  int h, w, c;        // of the image
  // Of the image's channels those of a group; pixels of one image of the grid; filters of a group.
  int channels, gridW, gridSize, kernelW, taps, filters;
  int strideH, strideW, top, left, dilationH, dilationW, pitch;  // pitch: of dy in `filter`, all of its filters
  Reciprocal byGridSize, byGridW, byChannels, byKernelW, byStrideH, byStrideW;
  Gemm gemm;
};

// A pixel of the grid: its image, and the position that tap (0, 0) reads. A tap and a channel: what it adds to the position.
template<class T> struct Pixel { const T* image; int y, x; };
struct Tap { int y, x, channel; };

template<class Element, bool MIRRORED> struct Geometry {
  typedef Element T;
  static const int FAR = 1 << 30;
  const Conv2dArgs& args;
  int group;

  METHOD Pixel<T> pixel(int p, int end) const {
    if (p >= end) return {nullptr, -FAR, 0};
    int n = divide(p, args.byGridSize), q = p - n * args.gridSize, gy = divide(q, args.byGridW), gx = q - gy * args.gridW;
    const T* image = (const T*)args.image + ((i64)n * args.h * args.w * args.c + group * args.channels);
    if (MIRRORED) return {image, gy + args.top, gx + args.left};
    return {image, gy * args.strideH - args.top, gx * args.strideW - args.left};
  }

  METHOD Tap tap(int i, int end) const {
    if (i >= end) return {MIRRORED ? FAR : -FAR, 0, 0};
    int tap = divide(i, args.byChannels), y = divide(tap, args.byKernelW);
    return {y * args.dilationH, (tap - y * args.kernelW) * args.dilationW, i - tap * args.channels};
  }

  METHOD const T* at(const Pixel<T>& p, const Tap& t) const {
    int y, x;
    if (MIRRORED) {
      y = p.y - t.y;
      x = p.x - t.x;
      if (y < 0 || x < 0) return nullptr;
      if (args.strideH != 1 || args.strideW != 1) {
        int qy = divide(y, args.byStrideH), qx = divide(x, args.byStrideW);
        if (qy * args.strideH != y || qx * args.strideW != x) return nullptr;
        y = qy;
        x = qx;
      }
    } else {
      y = p.y + t.y;
      x = p.x + t.x;
    }
    return (u32)y < (u32)args.h && (u32)x < (u32)args.w ? p.image + ((y * args.w + x) * args.c + t.channel) : nullptr;
  }
};

// Rows are pixels of the grid, depths (tap, channel).
template<class Element, bool MIRRORED> struct PixelRows {
  typedef Element T;
  typedef Pixel<T> Row;
  typedef Tap Depth;
  static const bool ALONG_K = true;
  Geometry<T, MIRRORED> geometry;
  const T* base;
  int rows, end;
  METHOD Row row(int r) const { return geometry.pixel(r, rows); }
  METHOD Depth depth(int k) const { return geometry.tap(k, end); }
  METHOD const T* at(const Row& r, const Depth& k) const { return geometry.at(r, k); }
};

// Rows are (tap, channel), depths pixels of the grid.
template<class Element> struct TapRows {
  typedef Element T;
  typedef Tap Row;
  typedef Pixel<T> Depth;
  static const bool ALONG_K = false;
  Geometry<T, false> geometry;
  const T* base;
  int rows, end;
  METHOD Row row(int r) const { return geometry.tap(r, rows); }
  METHOD Depth depth(int k) const { return geometry.pixel(k, end); }
  METHOD const T* at(const Row& r, const Depth& k) const { return geometry.at(k, r); }
};

// Rows are channels of w, depths (tap, filter), as dy's channels run.
template<class Element> struct FilterRows {
  typedef Element T;
  typedef int Row;
  typedef const T* Depth;
  static const bool ALONG_K = false;
  const T* base;
  Reciprocal byFilters;
  int filters, taps, rows, end;
  METHOD Row row(int r) const { return r < rows ? r : -1; }
  METHOD Depth depth(int k) const {
    if (k >= end) return nullptr;
    int tap = divide(k, byFilters), filter = k - tap * filters;
    return base + ((i64)filter * taps + tap) * rows;
  }
  METHOD const T* at(Row r, Depth k) const { return r >= 0 && k != nullptr ? k + r : nullptr; }
};

// Floats of a group's filters.
DEV i64 group_size(const Conv2dArgs& args, int channels) { return (i64)args.filters * args.taps * channels; }

template<class Tile, class T> DEV void conv2d_forward(const Conv2dArgs& args) {
  Gemm g = args.gemm;
  Block block(g, Tile::M, Tile::N);
  if (g.bias != nullptr) g.bias += block.batch * g.n;
  PixelRows<T, false> x = {{args, block.batch}, (const T*)args.image, g.m, block.end};
  MatrixRows<T> w = {(const T*)args.other + block.batch * group_size(args, args.channels), g.k, g.n, block.end};
  multiply_block<Tile>(g, block, x, w);
}

template<class Tile, class T> DEV void conv2d_data(const Conv2dArgs& args) {
  const Gemm& g = args.gemm;
  Block block(g, Tile::M, Tile::N);
  PixelRows<T, true> dy = {{args, block.batch}, (const T*)args.image, g.m, block.end};
  FilterRows<T> w = {(const T*)args.other + block.batch * group_size(args, g.n), args.byChannels, args.channels, args.taps,
      g.n, block.end};
  multiply_block<Tile>(g, block, dy, w);
}

template<class Tile, class T> DEV void conv2d_filter(const Conv2dArgs& args) {
  const Gemm& g = args.gemm;
  Block block(g, Tile::M, Tile::N);
  MatrixColumns<T> dy = {(const T*)args.other + block.batch * args.filters, args.pitch, g.m, block.end};
  TapRows<T> x = {{args, block.batch}, (const T*)args.image, g.n, block.end};
  multiply_block<Tile>(g, block, dy, x);
}

// Few filters: the same product turned around, dw transposed (its strides say so).
template<class Tile, class T> DEV void conv2d_filter_turned(const Conv2dArgs& args) {
  const Gemm& g = args.gemm;
  Block block(g, Tile::M, Tile::N);
  TapRows<T> x = {{args, block.batch}, (const T*)args.image, g.m, block.end};
  MatrixColumns<T> dy = {(const T*)args.other + block.batch * args.filters, args.pitch, g.n, block.end};
  multiply_block<Tile>(g, block, x, dy);
}

#define CONV2D_KERNEL(name, T, Tile, body) \
  KERNEL __launch_bounds__(Tile::THREADS, Tile::RESIDENT) name(Conv2dArgs args) { body<Tile, T>(args); }

#define CONV2D(type, T, Wide, Narrow) \
  CONV2D_KERNEL(conv2d_forward_wide_##type, T, Wide, conv2d_forward) \
  CONV2D_KERNEL(conv2d_forward_narrow_##type, T, Narrow, conv2d_forward) \
  CONV2D_KERNEL(conv2d_data_wide_##type, T, Wide, conv2d_data) \
  CONV2D_KERNEL(conv2d_data_narrow_##type, T, Narrow, conv2d_data) \
  CONV2D_KERNEL(conv2d_filter_wide_##type, T, Wide, conv2d_filter) \
  CONV2D_KERNEL(conv2d_filter_narrow_##type, T, Narrow, conv2d_filter_turned)
