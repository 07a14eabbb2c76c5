// TensorFlow ops for CPUs, part of the addon: GELU and its gradient, each in one pass over memory.
#include <cmath>
#include <cstdint>
#include <vector>

#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "vectors.h"

namespace {

using tensorflow::bfloat16;
using tensorflow::OpKernel;

// float32 is computed. The share of the normal distribution below -|x| is exp(-x^2 / 2) times a polynomial without
// constant term in 1 / (1 + 0.35 |x|), the form of Abramowitz and Stegun 7.1.26; fitted for the least relative error
// over |x| < 13.3, which is 3.2e-8.
constexpr float kStretch = 0.35f;
constexpr float kShare[] = {0.13962166f, 0.13985756f,  0.11986308f, 0.10539218f, -0.02284352f,
                            0.15879671f, -0.25539115f, 0.14381848f, -0.02911503f};
// exp(r) as Taylor's series; for |r| <= ln 2 / 2 its relative error is 5e-9.
constexpr float kExponential[] = {1, 1, 1 / 2.f, 1 / 6.f, 1 / 24.f, 1 / 120.f, 1 / 720.f, 1 / 5040.f};
// |x| from which on exp(-x^2 / 2) is below float32's normal numbers, and taken for zero.
constexpr float kFar = 13.2f;
// 1.5 * 2^23: what is added to it is rounded to an integer, by which its bits count up.
constexpr float kRounder = 12582912.f;

template <int count>
INLINE Floats polynomial(const float (&coefficients)[count], Floats x) {
  Floats sum = Floats{} + coefficients[count - 1];
  for (int i = count - 2; i >= 0; --i) sum = sum * x + coefficients[i];
  return sum;
}

struct Normal {
  Floats share;    // of the normal distribution below x
  Floats density;  // at x
};

INLINE Normal normal(Floats x) {
  const Floats distance = (Floats)((Integers)x & 0x7fffffff);
  const Floats exponent = distance * distance * (float)(-M_LOG2E / 2);
  const Floats rounded = exponent + kRounder;
  const Floats rest = (exponent - (rounded - kRounder)) * (float)M_LN2;
  // 2 to the rounded exponent, of which kRounder's own bits are shifted out.
  const Floats power = (Floats)(((Words)rounded << 23) + 0x3f800000);
  const Floats bell = distance < kFar ? polynomial(kExponential, rest) * power : Floats{};
  const Floats u = 1 / (1 + kStretch * distance);
  const Floats beyond = bell * u * polynomial(kShare, u);
  return {x < 0 ? beyond : 1 - beyond, bell * (float)(M_2_SQRTPI * M_SQRT1_2 / 2)};
}

FOR_EACH_CPU void gelu(const float* x, float* y, int64_t from, int64_t to) {
  for (; from < to; from += kLanes) {
    const Floats at = load<Floats>(x + from, to - from);
    store(at * normal(at).share, y + from, to - from);
  }
}

FOR_EACH_CPU void gelu_gradient(const float* dy, const float* x, float* dx, int64_t from, int64_t to) {
  for (; from < to; from += kLanes) {
    const Floats at = load<Floats>(x + from, to - from);
    const Normal of = normal(at);
    store(load<Floats>(dy + from, to - from) * (of.share + at * of.density), dx + from, to - from);
  }
}

// bfloat16 is looked up: there are but 65,536 values, and those of a network's activations stay in the nearest cache.
struct Table {
  std::vector<uint16_t> value = std::vector<uint16_t>(1 << 16);
  std::vector<float> slope = std::vector<float>(1 << 16);
  Table() {
    for (uint32_t bits = 0; bits < 1 << 16; ++bits) {
      const double x = (float)Eigen::numext::bit_cast<bfloat16>((uint16_t)bits);
      const double share = std::erfc(-x * M_SQRT1_2) / 2;
      value[bits] = Eigen::numext::bit_cast<uint16_t>(bfloat16((float)(x * share)));
      slope[bits] = share + x * std::exp(x * x / -2) * (M_2_SQRTPI * M_SQRT1_2 / 2);
    }
  }
};

const Table& table() {
  static const Table once;
  return once;
}

void gelu(const uint16_t* x, uint16_t* y, int64_t from, int64_t to) {
  const uint16_t* value = table().value.data();
  for (; from < to; ++from) y[from] = value[x[from]];
}

// To the nearest bfloat16.
INLINE Halves rounded(Floats x) { return __builtin_convertvector(nearest(x) >> 16, Halves); }

FOR_EACH_CPU void look_up_gradient(const float* slope, const uint16_t* dy, const uint16_t* x, uint16_t* dx,
                                   int64_t from, int64_t to) {
  for (; from < to; from += kLanes) {
    const Halves places = load<Halves>(x + from, to - from);
    Floats slopes;
    for (int i = 0; i < kLanes; ++i) slopes[i] = slope[places[i]];
    const Halves changes = load<Halves>(dy + from, to - from);
    store(rounded((Floats)(__builtin_convertvector(changes, Words) << 16) * slopes), dx + from, to - from);
  }
}

void gelu_gradient(const uint16_t* dy, const uint16_t* x, uint16_t* dx, int64_t from, int64_t to) {
  look_up_gradient(table().slope.data(), dy, x, dx, from, to);
}

template <typename T>
struct Gelu : OpKernel {
  using OpKernel::OpKernel;
  void Compute(OpKernelContext* context) override {
    const Tensor& x = context->input(0);
    Tensor* y = nullptr;
    OP_REQUIRES_OK(context, context->forward_input_or_allocate_output({0}, 0, x.shape(), &y));
    divide(context, x.NumElements(), 2,
          [&](int64_t from, int64_t to) { gelu(data<const T>(x), data<T>(*y), from, to); });
  }
};

template <typename T>
struct GeluGradient : OpKernel {
  using OpKernel::OpKernel;
  void Compute(OpKernelContext* context) override {
    const Tensor& dy = context->input(0);
    const Tensor& x = context->input(1);
    OP_REQUIRES(context, dy.shape() == x.shape(),
                tensorflow::errors::InvalidArgument("dy is ", dy.shape().DebugString(), ", x ",
                                                    x.shape().DebugString(), ": expected the same shape"));
    Tensor* dx = nullptr;
    OP_REQUIRES_OK(context, context->forward_input_or_allocate_output({0}, 0, x.shape(), &dx));
    divide(context, x.NumElements(), 3, [&](int64_t from, int64_t to) {
      gelu_gradient(data<const T>(dy), data<const T>(x), data<T>(*dx), from, to);
    });
  }
};

REGISTER_OP("TrainyardGelu")
    .Input("x: T")
    .Output("y: T")
    .Attr("T: {float, bfloat16}")
    .SetShapeFn(tensorflow::shape_inference::UnchangedShape);
REGISTER_OP("TrainyardGeluGrad")
    .Input("dy: T")
    .Input("x: T")
    .Output("dx: T")
    .Attr("T: {float, bfloat16}")
    .SetShapeFn(tensorflow::shape_inference::UnchangedShape);

#define REGISTER(type, stored)                                                                       \
  REGISTER_KERNEL_BUILDER(Name("TrainyardGelu").Device(tensorflow::DEVICE_CPU).TypeConstraint<type>("T"), \
                          Gelu<stored>);                                                              \
  REGISTER_KERNEL_BUILDER(                                                                            \
      Name("TrainyardGeluGrad").Device(tensorflow::DEVICE_CPU).TypeConstraint<type>("T"), GeluGradient<stored>)
REGISTER(float, float);
REGISTER(bfloat16, uint16_t);

}  // namespace
