// TensorFlow op for CPUs, part of the addon: both gradients of a depthwise convolution with padding 'SAME'.
//
// oneDNN's gradient of a 5x5 kernel takes six times as long as the convolution, and TensorFlow's of the input in
// bfloat16 fifty times where the stride is two.
#include <vector>

#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "vectors.h"

namespace {

using tensorflow::bfloat16;
using tensorflow::OpKernel;
using tensorflow::TensorShape;

// One axis of pictures: pixels of the input and of the output, and how many the first filter begins before the input.
struct Axis {
  int64_t in, out, before;
  Axis(int64_t in, int64_t out, int64_t kernel, int64_t stride)
      : in(in), out(out), before(std::max<int64_t>(0, (out - 1) * stride + kernel - in) / 2) {}
};

struct Map {
  Axis rows, columns;
  // From one pixel to the next.
  int64_t channels;
};

constexpr int64_t kLargest = 5;

INLINE void add_product(Pair& sum, const Pair& a, const Pair& b) {
  sum.first += a.first * b.first;
  sum.second += a.second * b.second;
}

// The gradient of the kernel in one picture and `count` channels, which are at most one line of the cache: to `sums`,
// `[kernel * kernel, 32]` in the order of pairs.
template <int kernel, int stride, int count, typename T>
INLINE void kernel_gradient(const Map& map, const T* x, const T* dy, float* sums) {
  const auto& [rows, columns, channels] = map;
  for (int i = 0; i < kernel; ++i) {
    Pair sum[kernel] = {};
    for (int64_t row = 0; row < rows.out; ++row) {
      const int64_t top = row * stride + i - rows.before;
      if (top < 0 || top >= rows.in) continue;
      for (int64_t column = 0; column < columns.out; ++column) {
        const Pair change = load_pair<count>(dy + (row * columns.out + column) * channels);
        const int64_t left = column * stride - columns.before;
        const T* pixel = x + (top * columns.in + left) * channels;
        if (left >= 0 && left + kernel <= columns.in)
#pragma GCC unroll 5
          for (int j = 0; j < kernel; ++j) add_product(sum[j], load_pair<count>(pixel + j * channels), change);
        else
#pragma GCC unroll 5
          for (int j = 0; j < kernel; ++j)
            if (left + j >= 0 && left + j < columns.in)
              add_product(sum[j], load_pair<count>(pixel + j * channels), change);
      }
    }
#pragma GCC unroll 5
    for (int j = 0; j < kernel; ++j) store_pair<kPair>(sum[j], sums + (i * kernel + j) * kPair);
  }
}

// The gradient of the input in one picture and `count` channels; `weights` as the sums above.
template <int kernel, int stride, int count, typename T>
INLINE void input_gradient(const Map& map, const float* weights, const T* dy, T* dx) {
  const auto& [rows, columns, channels] = map;
  for (int64_t row = 0; row < rows.in; ++row)
    for (int64_t column = 0; column < columns.in; ++column) {
      Pair sum = {};
      const int64_t below = row + rows.before, right = column + columns.before;
      const bool isInside = stride == 1 && right >= kernel - 1 && right < columns.out;
      for (int64_t i = below % stride; i < kernel; i += stride) {
        const int64_t from = (below - i) / stride;
        if (i > below || from >= rows.out) continue;
        const T* changes = dy + from * columns.out * channels;
        const float* near = weights + i * kernel * kPair;
        if (isInside)
#pragma GCC unroll 5
          for (int j = 0; j < kernel; ++j)
            add_product(sum, load_pair<count>(changes + (right - j) * channels), load_pair<kPair>(near + j * kPair));
        else
          for (int64_t j = right % stride; j < kernel && j <= right; j += stride) {
            const int64_t at = (right - j) / stride;
            if (at >= columns.out) continue;
            add_product(sum, load_pair<count>(changes + at * channels), load_pair<kPair>(near + j * kPair));
          }
      }
      store_pair<count>(sum, dx + (row * columns.in + column) * channels);
    }
}

template <int kernel, int stride, int count, typename T>
INLINE void gradients(const Map& map, const T* x, const float* weights, const T* dy, T* dx, float* sums) {
  kernel_gradient<kernel, stride, count>(map, x, dy, sums);
  input_gradient<kernel, stride, count>(map, weights, dy, dx);
}

// One function for each kernel and stride, each in a copy for each CPU, which templates cannot have.
#define GRADIENTS(name, kernel, stride, T)                                                                        \
  FOR_EACH_CPU void name(const Map& map, const T* x, const float* weights, const T* dy, T* dx, float* sums,       \
                         bool isWhole) {                                                                          \
    if (isWhole)                                                                                                  \
      gradients<kernel, stride, kPair>(map, x, weights, dy, dx, sums);                                                \
    else                                                                                                          \
      gradients<kernel, stride, kLanes>(map, x, weights, dy, dx, sums);                                                \
  }
#define GRADIENTS_OF(T)        \
  GRADIENTS(three_by_one, 3, 1, T) \
  GRADIENTS(three_by_two, 3, 2, T) \
  GRADIENTS(five_by_one, 5, 1, T)  \
  GRADIENTS(five_by_two, 5, 2, T)
GRADIENTS_OF(float)
GRADIENTS_OF(uint16_t)

template <typename T>
void gradients_of(int64_t kernel, int64_t stride, const Map& map, const T* x, const float* weights, const T* dy, T* dx,
                  float* sums, bool isWhole) {
  using Gradients = void (*)(const Map&, const T*, const float*, const T*, T*, float*, bool);
  const Gradients functions[2][2] = {{three_by_one, three_by_two}, {five_by_one, five_by_two}};
  functions[kernel == kLargest][stride == 2](map, x, weights, dy, dx, sums, isWhole);
}

template <typename T>
struct DepthwiseGradients : OpKernel {
  int64_t stride;
  explicit DepthwiseGradients(tensorflow::OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, context->GetAttr("stride", &stride));
  }
  void Compute(OpKernelContext* context) override {
    const Tensor& x = context->input(0);
    const Tensor& weights = context->input(1);
    const Tensor& dy = context->input(2);
    OP_REQUIRES(context, x.dims() == 4 && weights.dims() == 4 && dy.dims() == 4 && fits(x, weights, dy),
                tensorflow::errors::InvalidArgument(
                    "x is ", x.shape().DebugString(), ", the kernel ", weights.shape().DebugString(), ", dy ",
                    dy.shape().DebugString(), " with strides of ", stride,
                    ": expected [N,H,W,C], [K,K,C,1] with K of 3 or 5 and C a multiple of 16, and what padding 'SAME' "
                    "makes of them"));
    Tensor *dx = nullptr, *change = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, x.shape(), &dx));
    OP_REQUIRES_OK(context, context->allocate_output(1, weights.shape(), &change));
    const int64_t kernel = weights.dim_size(0), channels = x.dim_size(3), count = x.dim_size(0);
    const Map map = {{x.dim_size(1), dy.dim_size(1), kernel, stride},
                     {x.dim_size(2), dy.dim_size(2), kernel, stride},
                     channels};
    const int64_t in = map.rows.in * map.columns.in * channels, out = map.rows.out * map.columns.out * channels;
    const int64_t blocks = (channels + kPair - 1) / kPair, places = kernel * kernel;
    // Of each block of channels, and of the sums of each picture: `[blocks, places, 32]`.
    const int64_t size = blocks * places * kPair;
    const auto at = [&](int64_t where, int64_t channel) {
      return (channel / kPair * places + where) * kPair + place(channel % kPair, static_cast<const T*>(nullptr));
    };
    std::vector<float> near(size), sums(count * size);
    for (int64_t i = 0; i < places; ++i)
      for (int64_t channel = 0; channel < channels; ++channel)
        near[at(i, channel)] = data<const float>(weights)[i * channels + channel];
    const auto* threads = context->device()->tensorflow_cpu_worker_threads();
    tensorflow::Shard(threads->num_threads, threads->workers, count * blocks, 4 * places * out / blocks,
                      [&](int64_t from, int64_t to) {
                        for (; from < to; ++from) {
                          const int64_t picture = from / blocks, block = from % blocks, first = block * kPair;
                          gradients_of(kernel, stride, map, data<const T>(x) + picture * in + first,
                                       &near[block * places * kPair], data<const T>(dy) + picture * out + first,
                                       data<T>(*dx) + picture * in + first, &sums[from * places * kPair],
                                       channels - first >= kPair);
                        }
                      });
    // In the order of the pictures, whichever thread had them.
    float* total = data<float>(*change);
    for (int64_t picture = 1; picture < count; ++picture)
      for (int64_t i = 0; i < size; ++i) sums[i] += sums[picture * size + i];
    for (int64_t i = 0; i < places; ++i)
      for (int64_t channel = 0; channel < channels; ++channel) total[i * channels + channel] = sums[at(i, channel)];
  }

 private:
  bool fits(const Tensor& x, const Tensor& weights, const Tensor& dy) const {
    const int64_t kernel = weights.dim_size(0);
    const auto made = [&](int i) { return dy.dim_size(i) == (x.dim_size(i) + stride - 1) / stride; };
    return (stride == 1 || stride == 2) && (kernel == 3 || kernel == kLargest) && weights.dim_size(1) == kernel &&
           weights.dim_size(3) == 1 && weights.dim_size(2) == x.dim_size(3) && x.dim_size(3) == dy.dim_size(3) &&
           x.dim_size(3) % kLanes == 0 && x.dim_size(0) == dy.dim_size(0) && made(1) && made(2);
  }
};

REGISTER_OP("TrainyardDepthwiseGrad")
    .Input("x: T")
    .Input("kernel: float")
    .Input("dy: T")
    .Output("dx: T")
    .Output("dkernel: float")
    .Attr("T: {float, bfloat16}")
    .Attr("stride: int")
    .SetShapeFn([](tensorflow::shape_inference::InferenceContext* context) {
      context->set_output(0, context->input(0));
      context->set_output(1, context->input(1));
      return tensorflow::OkStatus();
    });

#define REGISTER(type, stored)                                                                  \
  REGISTER_KERNEL_BUILDER(                                                                      \
      Name("TrainyardDepthwiseGrad").Device(tensorflow::DEVICE_CPU).TypeConstraint<type>("T"), \
      DepthwiseGradients<stored>)
REGISTER(float, float);
REGISTER(bfloat16, uint16_t);

}  // namespace
