// TensorFlow op for CPUs, part of the addon: the gradient of ReLU6 and that of the bias before it, in one pass over memory.
#include <vector>

#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "vectors.h"

namespace {

using tensorflow::bfloat16;
using tensorflow::OpKernel;

// Values that are summed by one thread: so many that threads cost nothing, and never another number for other threads,
// so that sums have the same bits.
constexpr int64_t kPart = 1 << 16;

// `change` where `y` is above 0 and below 6: the bits of such numbers count up with them, as integers do.
INLINE Floats between(Floats y, Floats change) {
  const Words bits = (Words)y - 1;
  return (Floats)(bits < 0x40bfffff ? (Words)change : Words{});
}

// Sums are in the order of pairs. `count` channels, 32 or 16.
template <int count, typename T>
INLINE void mask(const T* dy, const T* y, T* dx, float* sum) {
  const Pair at = load_pair<count>(y), change = load_pair<count>(dy), before = load_pair<kPair>(sum);
  const Pair kept = {between(at.first, change.first), between(at.second, change.second)};
  store_pair<count>(kept, dx);
  store_pair<kPair>({before.first + kept.first, before.second + kept.second}, sum);
}

// `dx` is `dy` where `y`, the value of ReLU6, is between its ends; `sum` gets the sums of dx over rows of `channels`.
template <typename T>
INLINE void masks(const T* dy, const T* y, T* dx, float* sum, int64_t rows, int64_t channels) {
  for (int64_t row = 0; row < rows; ++row, dy += channels, y += channels, dx += channels) {
    int64_t i = 0;
    for (; i + kPair <= channels; i += kPair) mask<kPair>(dy + i, y + i, dx + i, sum + i);
    if (i < channels) mask<kLanes>(dy + i, y + i, dx + i, sum + i);
  }
}

FOR_EACH_CPU void relu6_gradient(const float* dy, const float* y, float* dx, float* sum, int64_t rows, int64_t channels) {
  masks(dy, y, dx, sum, rows, channels);
}
FOR_EACH_CPU void relu6_gradient(const uint16_t* dy, const uint16_t* y, uint16_t* dx, float* sum, int64_t rows,
                                 int64_t channels) {
  masks(dy, y, dx, sum, rows, channels);
}

template <typename T>
struct Relu6BiasGradient : OpKernel {
  using OpKernel::OpKernel;
  void Compute(OpKernelContext* context) override {
    const Tensor& dy = context->input(0);
    const Tensor& y = context->input(1);
    OP_REQUIRES(context, dy.shape() == y.shape() && y.dims() > 0 && y.dim_size(y.dims() - 1) % kLanes == 0,
                tensorflow::errors::InvalidArgument("dy is ", dy.shape().DebugString(), ", y ", y.shape().DebugString(),
                                                    ": expected the same shape, with a multiple of 16 channels"));
    const int64_t channels = y.dim_size(y.dims() - 1);
    Tensor* dx = nullptr;
    Tensor* sum = nullptr;
    OP_REQUIRES_OK(context, context->forward_input_or_allocate_output({0}, 0, y.shape(), &dx));
    OP_REQUIRES_OK(context, context->allocate_output(1, {channels}, &sum));
    const int64_t rows = channels > 0 ? y.NumElements() / channels : 0;
    const int64_t height = std::max<int64_t>(1, kPart / std::max<int64_t>(1, channels));
    const int64_t parts = (rows + height - 1) / height;
    const int64_t size = (channels + kPair - 1) / kPair * kPair;
    std::vector<float> sums(parts * size);
    const auto* threads = context->device()->tensorflow_cpu_worker_threads();
    tensorflow::Shard(threads->num_threads, threads->workers, parts, height * channels, [&](int64_t from, int64_t to) {
      for (int64_t part = from; part < to; ++part) {
        const int64_t row = part * height, at = row * channels;
        relu6_gradient(data<const T>(dy) + at, data<const T>(y) + at, data<T>(*dx) + at, &sums[part * size],
                       std::min(height, rows - row), channels);
      }
    });
    float* total = data<float>(*sum);
    std::fill(total, total + channels, 0);
    for (int64_t part = 0; part < parts; ++part)
      for (int64_t i = 0; i < channels; ++i)
        total[i] += sums[part * size + i / kPair * kPair + place(i % kPair, static_cast<const T*>(nullptr))];
  }
};

REGISTER_OP("TrainyardRelu6BiasGrad")
    .Input("dy: T")
    .Input("y: T")
    .Output("dx: T")
    .Output("sum: float")
    .Attr("T: {float, bfloat16}")
    .SetShapeFn([](tensorflow::shape_inference::InferenceContext* context) {
      context->set_output(0, context->input(1));
      context->set_output(1, context->Vector(context->Dim(context->input(1), -1)));
      return tensorflow::OkStatus();
    });

#define REGISTER(type, stored)                                                              \
  REGISTER_KERNEL_BUILDER(                                                                  \
      Name("TrainyardRelu6BiasGrad").Device(tensorflow::DEVICE_CPU).TypeConstraint<type>("T"), \
      Relu6BiasGradient<stored>)
REGISTER(float, float);
REGISTER(bfloat16, uint16_t);

}  // namespace
