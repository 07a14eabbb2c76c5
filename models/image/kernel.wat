;; The two passes of a resize in WebAssembly SIMD: sums of bytes times 22-bit weights, in 32 bits, rounded and clipped.
;; The same integers as in resize.ts. Compiled into kernel.ts by `npm run build:kernel`; a test holds the two together.
;;
;; Loads and stores go up to 15 bytes beyond a row: the caller leaves room behind what it puts into memory.
;; Weights are int32, `size` for each output, with zeros behind the last; `first` and `count` are int32.
(module
  (memory (export "memory") 1)

  ;; half of the last bit kept, and its bits
  (func $clip (param $sum v128) (result v128)
    (local $short v128)
    (local.set $short (i16x8.narrow_i32x4_s (i32x4.shr_s (local.get $sum) (i32.const 22)) (local.get $short)))
    (i8x16.narrow_i16x8_u (local.get $short) (local.get $short)))

  ;; Horizontal pass over rows of three bytes a pixel.
  (func (export "acrossColor")
    (param $source i32) (param $width i32) (param $rows i32)
    (param $first i32) (param $count i32) (param $weights i32) (param $size i32) (param $outWidth i32)
    (param $out i32)
    (local $x i32) (local $at i32) (local $weight i32) (local $end i32) (local $sum v128)
    (block $done
      (loop $row
        (br_if $done (i32.eqz (local.get $rows)))
        (local.set $x (i32.const 0))
        (loop $pixel
          (local.set $sum (i32x4.splat (i32.const 0x200000)))
          (local.set $at
            (i32.add (local.get $source)
              (i32.mul (i32.const 3)
                (i32.load (i32.add (local.get $first) (i32.shl (local.get $x) (i32.const 2)))))))
          (local.set $weight
            (i32.add (local.get $weights)
              (i32.shl (i32.mul (local.get $x) (local.get $size)) (i32.const 2))))
          (local.set $end
            (i32.add (local.get $weight)
              (i32.shl
                (i32.load (i32.add (local.get $count) (i32.shl (local.get $x) (i32.const 2))))
                (i32.const 2))))
          (loop $tap
            (local.set $sum
              (i32x4.add (local.get $sum)
                (i32x4.mul
                  (i32x4.extend_low_i16x8_u (i16x8.extend_low_i8x16_u (v128.load32_zero (local.get $at))))
                  (v128.load32_splat (local.get $weight)))))
            (local.set $at (i32.add (local.get $at) (i32.const 3)))
            (br_if $tap
              (i32.lt_u
                (local.tee $weight (i32.add (local.get $weight) (i32.const 4)))
                (local.get $end))))
          (v128.store32_lane 0 (local.get $out) (call $clip (local.get $sum)))
          (local.set $out (i32.add (local.get $out) (i32.const 3)))
          (br_if $pixel
            (i32.lt_u (local.tee $x (i32.add (local.get $x) (i32.const 1))) (local.get $outWidth))))
        (local.set $source (i32.add (local.get $source) (i32.mul (local.get $width) (i32.const 3))))
        (local.set $rows (i32.sub (local.get $rows) (i32.const 1)))
        (br $row))))

  ;; Horizontal pass over rows of one byte a pixel: four taps at a time, of which the last may weigh nothing.
  (func (export "acrossGray")
    (param $source i32) (param $width i32) (param $rows i32)
    (param $first i32) (param $count i32) (param $weights i32) (param $size i32) (param $outWidth i32)
    (param $out i32)
    (local $x i32) (local $at i32) (local $weight i32) (local $end i32) (local $sum v128)
    (block $done
      (loop $row
        (br_if $done (i32.eqz (local.get $rows)))
        (local.set $x (i32.const 0))
        (loop $pixel
          (local.set $sum (v128.const i32x4 0x200000 0 0 0))
          (local.set $at
            (i32.add (local.get $source)
              (i32.load (i32.add (local.get $first) (i32.shl (local.get $x) (i32.const 2))))))
          (local.set $weight
            (i32.add (local.get $weights)
              (i32.shl (i32.mul (local.get $x) (local.get $size)) (i32.const 2))))
          (local.set $end
            (i32.add (local.get $weight)
              (i32.shl
                (i32.load (i32.add (local.get $count) (i32.shl (local.get $x) (i32.const 2))))
                (i32.const 2))))
          (loop $tap
            (local.set $sum
              (i32x4.add (local.get $sum)
                (i32x4.mul
                  (i32x4.extend_low_i16x8_u (i16x8.extend_low_i8x16_u (v128.load32_zero (local.get $at))))
                  (v128.load (local.get $weight)))))
            (local.set $at (i32.add (local.get $at) (i32.const 4)))
            (br_if $tap
              (i32.lt_u
                (local.tee $weight (i32.add (local.get $weight) (i32.const 16)))
                (local.get $end))))
          (local.set $sum
            (i32x4.add (local.get $sum)
              (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $sum) (local.get $sum))))
          (local.set $sum
            (i32x4.add (local.get $sum)
              (i8x16.shuffle 4 5 6 7 0 1 2 3 12 13 14 15 8 9 10 11 (local.get $sum) (local.get $sum))))
          (i32.store8 (local.get $out) (i32x4.extract_lane 0 (call $clip (local.get $sum))))
          (local.set $out (i32.add (local.get $out) (i32.const 1)))
          (br_if $pixel
            (i32.lt_u (local.tee $x (i32.add (local.get $x) (i32.const 1))) (local.get $outWidth))))
        (local.set $source (i32.add (local.get $source) (local.get $width)))
        (local.set $rows (i32.sub (local.get $rows) (i32.const 1)))
        (br $row))))

  ;; Vertical pass: of each output row, sixteen bytes at a time.
  (func (export "downwards")
    (param $source i32) (param $stride i32)
    (param $first i32) (param $count i32) (param $weights i32) (param $size i32) (param $outHeight i32)
    (param $out i32)
    (local $y i32) (local $x i32) (local $at i32) (local $weight i32) (local $end i32) (local $from i32)
    (local $by v128) (local $bytes v128) (local $short v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (loop $row
      (local.set $from
        (i32.add (local.get $source)
          (i32.mul (local.get $stride)
            (i32.load (i32.add (local.get $first) (i32.shl (local.get $y) (i32.const 2)))))))
      (local.set $end
        (i32.add
          (i32.add (local.get $weights)
            (i32.shl (i32.mul (local.get $y) (local.get $size)) (i32.const 2)))
          (i32.shl
            (i32.load (i32.add (local.get $count) (i32.shl (local.get $y) (i32.const 2))))
            (i32.const 2))))
      (local.set $x (i32.const 0))
      (loop $block
        (local.set $a (i32x4.splat (i32.const 0x200000)))
        (local.set $b (local.get $a))
        (local.set $c (local.get $a))
        (local.set $d (local.get $a))
        (local.set $at (i32.add (local.get $from) (local.get $x)))
        (local.set $weight
          (i32.add (local.get $weights)
            (i32.shl (i32.mul (local.get $y) (local.get $size)) (i32.const 2))))
        (loop $tap
          (local.set $by (v128.load32_splat (local.get $weight)))
          (local.set $bytes (v128.load (local.get $at)))
          (local.set $short (i16x8.extend_low_i8x16_u (local.get $bytes)))
          (local.set $a
            (i32x4.add (local.get $a) (i32x4.mul (i32x4.extend_low_i16x8_u (local.get $short)) (local.get $by))))
          (local.set $b
            (i32x4.add (local.get $b) (i32x4.mul (i32x4.extend_high_i16x8_u (local.get $short)) (local.get $by))))
          (local.set $short (i16x8.extend_high_i8x16_u (local.get $bytes)))
          (local.set $c
            (i32x4.add (local.get $c) (i32x4.mul (i32x4.extend_low_i16x8_u (local.get $short)) (local.get $by))))
          (local.set $d
            (i32x4.add (local.get $d) (i32x4.mul (i32x4.extend_high_i16x8_u (local.get $short)) (local.get $by))))
          (local.set $at (i32.add (local.get $at) (local.get $stride)))
          (br_if $tap
            (i32.lt_u
              (local.tee $weight (i32.add (local.get $weight) (i32.const 4)))
              (local.get $end))))
        (v128.store (i32.add (local.get $out) (local.get $x))
          (i8x16.narrow_i16x8_u
            (i16x8.narrow_i32x4_s
              (i32x4.shr_s (local.get $a) (i32.const 22))
              (i32x4.shr_s (local.get $b) (i32.const 22)))
            (i16x8.narrow_i32x4_s
              (i32x4.shr_s (local.get $c) (i32.const 22))
              (i32x4.shr_s (local.get $d) (i32.const 22)))))
        (br_if $block
          (i32.lt_u (local.tee $x (i32.add (local.get $x) (i32.const 16))) (local.get $stride))))
      (local.set $out (i32.add (local.get $out) (local.get $stride)))
      (br_if $row
        (i32.lt_u (local.tee $y (i32.add (local.get $y) (i32.const 1))) (local.get $outHeight))))))
