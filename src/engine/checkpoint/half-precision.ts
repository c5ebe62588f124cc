/** 16-bit floats, widened to float32; every one of them is exact there. */

/** bfloat16: the upper half of a float32. */
export function widenBfloat16(from: Uint16Array, into: Float32Array): void {
  const bits = new Uint32Array(into.buffer, into.byteOffset, into.length);
  for (let i = 0; i < from.length; i++) bits[i] = (from[i] as number) << 16;
}

/** IEEE 754 binary16: a sign, 5 bits of exponent (bias 15), 10 of fraction; exponent 0 is subnormal, 31 infinite or NaN. */
export function widenFloat16(from: Uint16Array, into: Float32Array): void {
  for (let i = 0; i < from.length; i++) {
    const half = from[i] as number;
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 31) into[i] = fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    else into[i] = sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
  }
}
