// The exponential family in single precision, each within a few units in the last place over its whole range; NaN in gives NaN
// out. The same algorithms and coefficients as VectorMath.cs. The approximate instructions (ex2, lg2, tanh, sin) are not
// accurate enough.
#pragma once
#include "common.cuh"

DEV float power_of_two(int n) { return u2f((u32)(n + 127) << 23); }

// e^x, subnormal results included: x = n*ln2 + r with |r| <= ln2 / 2, then 2^n * e^r in two factors (n reaches 128 and -151).
DEV float exp_(float x) {
  x = x > 89.0f ? 89.0f : x;
  x = x < -104.0f ? -104.0f : x;
  const float magic = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer, which then sits in the low bits
  float z = fma_(x, 1.44269504f, magic), n = z - magic;
  float r = fma_(n, 1.90465421e-9f, fma_(n, -0.693147182f, x));
  float q = fma_(0.00139262508f, r, 0.00836323288f);
  q = fma_(q, r, 0.0416665542f);
  q = fma_(q, r, 0.166665767f);
  q = fma_(q, r, 0.5f);
  float y = fma_(r * r, q, r) + 1.0f;
  int k = (int)(f2u(z) - f2u(magic)), half = k >> 1;
  return y * power_of_two(half) * power_of_two(k - half);
}

// x = 2^k * m with m in [sqrt(1/2), sqrt(2)); x positive and finite.
DEV float split_power(float x, int& k) {
  bool tiny = x < 1.17549435e-38f;
  u32 bits = f2u(tiny ? x * 8388608.0f : x) - 0x3f3504f3u;
  k = ((int)bits >> 23) - (tiny ? 23 : 0);
  return u2f((bits & 0x7fffffu) + 0x3f3504f3u);
}

// The natural logarithm; -inf at zero, NaN below. log(m) = f - f^2/2 + s * (f^2/2 + R(s^2)), f = m - 1, s = f / (2 + f), as
// in FreeBSD's logf.
DEV float log_(float x) {
  if (!(x > 0.0f)) return x == 0.0f ? -inf_() : u2f(0x7fffffffu);
  if (x == inf_()) return x;
  int k;
  float f = split_power(x, k) - 1.0f, s = f / (2.0f + f), z = s * s, w = z * z, n = (float)k;
  float r = fma_(z, fma_(w, 0.284987867f, 0.666666627f), w * fma_(w, 0.242790788f, 0.400009722f)), h = 0.5f * f * f;
  return fma_(n, 0.693138123f, fma_(s, h + r, n * 9.05800061e-6f) - h + f);
}

// log(1 + u) for u in [0, 1], relatively accurate to u = 0: 2*atanh(s), s = u / (2 + u).
DEV float log1p_unit(float u) {
  float s = u / (u + 2.0f), z = s * s;
  float p = fma_(0.13425749f, z, 0.141183099f);
  p = fma_(p, z, 0.200037803f);
  p = fma_(p, z, 0.333333202f);
  return fma_(z * p, s, s) * 2.0f;
}

// An odd polynomial near zero, so that tiny arguments keep their accuracy; 1 - 2 / (e^2|x| + 1) beyond.
DEV float tanh_(float x) {
  float a = abs_(x), z = x * x;
  if (a < 0.6f) {
    float p = fma_(-0.00626911972f, z, 0.021110959f);
    p = fma_(p, z, -0.0538739488f);
    p = fma_(p, z, 0.133329154f);
    p = fma_(p, z, -0.333333303f);
    return fma_(z * p, x, x);
  }
  float far = 1.0f - 2.0f / (exp_(a + a) + 1.0f);
  return u2f(f2u(far) | (f2u(x) & 0x80000000u));
}

// 1 / (1 + e^-x), without overflow: e^-|x| is at most 1.
DEV float sigmoid_(float x) {
  float e = exp_(-abs_(x));
  return (x < 0.0f ? e : 1.0f) / (e + 1.0f);
}

// log(1 + e^x) = max(x, 0) + log1p(e^-|x|), relatively accurate where it is tiny.
DEV float softplus_(float x) { return (x < 0.0f ? 0.0f : x) + log1p_unit(exp_(-abs_(x))); }

// x^e by the rules of C's pow: |e * log|x|| is carried in two floats, so that large powers keep their accuracy.
DEV float pow_(float x, float e) {
  if (e == 0.0f || x == 1.0f) return 1.0f;
  if (is_nan(x) || is_nan(e)) return x + e;
  float a = abs_(x), size = abs_(e);
  bool whole = size >= 16777216.0f || trunc_(e) == e, odd = size < 16777216.0f && whole && trunc_(0.5f * e) != 0.5f * e;
  u32 sign = odd ? f2u(x) & 0x80000000u : 0u;
  if (a == 0.0f || a == inf_()) return u2f((a == 0.0f) == (e > 0.0f) ? sign : f2u(inf_()) | sign);
  if (x < 0.0f && !whole) return u2f(0x7fffffffu);
  if (a == 1.0f) return u2f(f2u(1.0f) | sign);
  if (size == inf_()) return (a < 1.0f) == (e > 0.0f) ? 0.0f : inf_();
  // log(m) = 2*(s + s*z*p(z)), s = f / (2 + f) with its remainder, z = s^2 <= 0.03.
  int k;
  float f = split_power(a, k) - 1.0f, d = f + 2.0f, n = (float)k;
  float s = f / d, rest = fma_(-s, f - (d - 2.0f), fma_(-s, d, f)) / d, z = s * s;
  float p = fma_(0.0909090909f, z, 0.111111111f);
  p = fma_(p, z, 0.142857143f);
  p = fma_(p, z, 0.2f);
  p = fma_(p, z, 0.333333333f);
  float whole_part = n * 0.693145752f;  // exact: the constant has 16 significant bits
  float high = whole_part + 2.0f * s;
  float low = 2.0f * s - (high - whole_part) + fma_(n, 1.42860677e-6f, 2.0f * fma_(s * z, p, rest));
  float l = high + low, t = e * l, r = exp_(t);
  if (r == 0.0f || r == inf_()) return u2f(f2u(r) | sign);
  t = fma_(e, low - (l - high), fma_(e, l, -t));
  return u2f(f2u(fma_(r, t, r)) | sign);
}

// sin and cos of t turns, t in [0, 1): the angle is reduced to an eighth of a turn either side exactly, so nothing
// is lost to 2*pi.
DEV void sincos_turn(float t, float& sine, float& cosine) {
  float q = round_(4.0f * t), y = (t - 0.25f * q) * 6.28318531f, z = y * y;
  float s = fma_(fma_(fma_(-1.95152959e-4f, z, 8.33216087e-3f), z, -0.166666546f), z * y, y);
  float c = fma_(fma_(fma_(2.44331571e-5f, z, -1.38873163e-3f), z, 0.0416666457f), z * z, fma_(-0.5f, z, 1.0f));
  int quarter = (int)q & 3;
  float sw = quarter & 1 ? c : s, cw = quarter & 1 ? s : c;
  sine = quarter & 2 ? -sw : sw;
  cosine = quarter == 1 || quarter == 2 ? -cw : cw;
}

// e^x - 1, relatively accurate at zero.
DEV float expm1_(float x) {
  if (!(abs_(x) < 0.5f)) return exp_(x) - 1.0f;
  float q = fma_(0.000199917762f, x, 0.00139974942f);
  q = fma_(q, x, 0.00833307765f);
  q = fma_(q, x, 0.0416653156f);
  q = fma_(q, x, 0.166666687f);
  q = fma_(q, x, 0.5f);
  return fma_(x * x, q, x);
}

// log(1 + x), relatively accurate at zero (Kahan).
DEV float log1p_(float x) {
  float u = 1.0f + x;
  return u == 1.0f || x == inf_() ? x : log_(u) * (x / (u - 1.0f));
}

// e^(-scale * a^2), the scale a power of two.
DEV float exp_of_square(float a, float scale) {
  float square = a * a, rest = fma_(a, a, -square), e = exp_(square * -scale);
  return fma_(e, rest * -scale, e);
}

// e^(a^2) * erfc(a) for 0 <= a <= 10.1 (Shepherd and Laframboise 1981).
DEV float erfc_scaled(float a) {
  float q = (a - 2.0f) / (a + 2.0f), p = fma_(7.91633502e-05f, q, 0.000168805287f);
  p = fma_(p, q, -0.000400862191f);
  p = fma_(p, q, -0.00142027147f);
  p = fma_(p, q, 0.00125295157f);
  p = fma_(p, q, 0.00870894082f);
  p = fma_(p, q, -0.00803095661f);
  p = fma_(p, q, -0.0542178117f);
  p = fma_(p, q, 0.164051056f);
  p = fma_(p, q, -0.166030526f);
  p = fma_(p, q, -0.0927638188f);
  p = fma_(p, q, 1.27697837f);
  return p / fma_(a, 2.0f, 1.0f);
}

DEV float at_most(float a, float most) { return a > most ? most : a; }

DEV float erf_(float x) {
  float a = abs_(x), z = x * x;
  if (a < 0.85f) {
    float p = fma_(8.8577639e-05f, z, -0.000824897608f);
    p = fma_(p, z, 0.00520968204f);
    p = fma_(p, z, -0.0268626269f);
    p = fma_(p, z, 0.112837493f);
    p = fma_(p, z, -0.376126379f);
    p = fma_(p, z, 0.128379166f);
    return fma_(x, p, x);
  }
  float cut = at_most(a, 10.1f), far = 1.0f - erfc_scaled(cut) * exp_of_square(cut, 1.0f);
  return u2f(f2u(far) | (f2u(x) & 0x80000000u));
}

// The normal distribution's share below x and its density.
DEV float normal_share(float x) {
  float a = at_most(abs_(x), 14.3f), tail = erfc_scaled(a * 0.707106781f) * exp_of_square(a, 0.5f) * 0.5f;
  return x < 0.0f ? tail : 1.0f - tail;
}
DEV float normal_density(float x) { return exp_of_square(at_most(abs_(x), 14.5f), 0.5f) * 0.398942280f; }

DEV float gelu_slope_(float x) { return fma_(x, normal_density(x), normal_share(x)); }
DEV float gelu_twice(float x) { return x * fma_(x * x, 0.0713548163f, 1.59576912f); }
DEV float gelu_tanh_slope_(float x) {
  x = x > 30.0f ? 30.0f : x < -30.0f ? -30.0f : x;  // beyond, s is 0 or 1, and x * x would overflow
  float s = sigmoid_(gelu_twice(x));
  return fma_(x * fma_(x * x, 0.214064449f, 1.59576912f), s * (1.0f - s), s);
}
DEV float silu_slope_(float x) {
  float s = sigmoid_(x);
  return fma_(x, s * (1.0f - s), s);
}

// The bits of 2/pi behind the point, after a word of zeros; 32 of them from a bit of a word on.
DEV u32 two_over_pi(int i) {
  return i == 0 ? 0u : i == 1 ? 0xa2f9836eu : i == 2 ? 0x4e441529u : i == 3 ? 0xfc2757d1u : i == 4 ? 0xf534ddc0u
    : i == 5 ? 0xdb629599u : i == 6 ? 0x3c439041u : 0xfe5163abu;
}
DEV u64 two_over_pi(int word, int shift) {
  return (u32)(((u64)two_over_pi(word) << 32 | two_over_pi(word + 1)) >> (32 - shift));
}

// sin(x + quarters * pi/2), as Trigonometry.cs: x less the nearest multiple of pi/2, in three parts of it, or for large x by a
// product with 96 bits of 2/pi (Payne and Hanek 1983).
DEV float sine(float x, int quarters) {
  float r;
  int n;
  if (abs_(x) <= 30000.0f) {
    const float magic = 12582912.0f;
    float z = fma_(x, 0.636619747f, magic), whole = z - magic;
    n = (int)(f2u(z) - f2u(magic));
    r = fma_(whole, 1.71512451e-15f, fma_(whole, 4.37113883e-08f, fma_(whole, -1.57079637f, x)));
  } else {
    u32 bits = f2u(x);
    if ((bits >> 23 & 255u) == 255u) return u2f(0x7fffffffu);
    u64 m = (bits & 0x7fffffu) | 0x800000u;
    int from = (int)(bits >> 23 & 255u) - 120, word = from >> 5, shift = from & 31;
    u64 low = m * two_over_pi(word + 2, shift);
    u64 middle = m * two_over_pi(word + 1, shift) + (low >> 32), high = m * two_over_pi(word, shift) + (middle >> 32);
    u64 turns = high << 32 | (u32)middle;
    i64 rest = (i64)(turns << 2);
    n = (int)(turns >> 62) + (rest < 0 ? 1 : 0);
    r = (float)rest * (1.57079637f * 5.42101086e-20f);
    if (bits >> 31) {
      r = -r;
      n = -n;
    }
  }
  n += quarters;
  float z = r * r, y;
  if (n & 1) {
    float c = fma_(fma_(2.45455194e-05f, z, -0.0013888292f), z, 0.0416666642f);
    y = fma_(c, z * z, fma_(z, -0.5f, 1.0f));
  } else {
    float s = fma_(fma_(fma_(2.72469447e-06f, z, -0.000198400638f), z, 0.00833333191f), z, -0.166666672f);
    y = fma_(s, z * r, r);
  }
  return u2f(f2u(y) ^ (u32)(n & 2) << 30);
}
