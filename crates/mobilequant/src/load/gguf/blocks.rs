//! Types of tensors and how their blocks hold numbers.

use half::f16;

/// Type of a tensor in a GGUF file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GgufType {
    /// 32-bit floats.
    F32,
    /// 16-bit floats.
    F16,
    /// 16-bit floats with the exponent of 32-bit ones.
    Bf16,
    /// Blocks of 32: scale, 4-bit codes from -8.
    Q4_0,
    /// Blocks of 32: scale, minimum, 4-bit codes.
    Q4_1,
    /// Blocks of 32: scale, 8-bit codes.
    Q8_0,
    /// Blocks of 256: 8 groups with 6-bit scales and minima, 4-bit codes.
    Q4K,
    /// Blocks of 256: 16 groups with 8-bit scales, 6-bit codes.
    Q6K,
}

/// The types that are read.
pub(super) const KNOWN: &str = "F32, F16, BF16, Q4_0, Q4_1, Q8_0, Q4_K, Q6_K";

impl GgufType {
    pub(super) fn from_code(code: u32) -> Option<Self> {
        Some(match code {
            0 => Self::F32,
            1 => Self::F16,
            2 => Self::Q4_0,
            3 => Self::Q4_1,
            8 => Self::Q8_0,
            12 => Self::Q4K,
            14 => Self::Q6K,
            30 => Self::Bf16,
            _ => return None,
        })
    }

    pub(super) fn code(self) -> u32 {
        match self {
            Self::F32 => 0,
            Self::F16 => 1,
            Self::Q4_0 => 2,
            Self::Q4_1 => 3,
            Self::Q8_0 => 8,
            Self::Q4K => 12,
            Self::Q6K => 14,
            Self::Bf16 => 30,
        }
    }

    /// Numbers and bytes of a block.
    #[must_use]
    pub fn block(self) -> (usize, usize) {
        match self {
            Self::F32 => (1, 4),
            Self::F16 | Self::Bf16 => (1, 2),
            Self::Q4_0 => (32, 18),
            Self::Q4_1 => (32, 20),
            Self::Q8_0 => (32, 34),
            Self::Q4K => (256, 144),
            Self::Q6K => (256, 210),
        }
    }

    /// The numbers of whole blocks; bytes beyond the last whole block are left out.
    #[must_use]
    pub fn decode(self, bytes: &[u8]) -> Vec<f32> {
        match self {
            Self::F32 => bytes.as_chunks::<4>().0.iter().map(|&x| f32::from_le_bytes(x)).collect(),
            Self::F16 => bytes.as_chunks::<2>().0.iter().map(|&x| f16::from_le_bytes(x).to_f32()).collect(),
            Self::Bf16 => {
                bytes.as_chunks::<2>().0.iter().map(|&x| half::bf16::from_le_bytes(x).to_f32()).collect()
            }
            Self::Q4_0 => blocks::<18, 32>(bytes, q4_0),
            Self::Q4_1 => blocks::<20, 32>(bytes, q4_1),
            Self::Q8_0 => blocks::<34, 32>(bytes, q8_0),
            Self::Q4K => blocks::<144, 256>(bytes, q4_k),
            Self::Q6K => blocks::<210, 256>(bytes, q6_k),
        }
    }
}

/// `Q8_0` of whole blocks of 32: the scale is the largest magnitude over 127, as 16-bit float; codes are rounded to the
/// nearest of the unrounded scale, halves away from zero.
pub(super) fn encode_q8_0(values: &[f32]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(values.len() / 32 * 34);
    for block in values.as_chunks::<32>().0 {
        let scale = block.iter().fold(0.0_f32, |max, x| max.max(x.abs())) / 127.0;
        let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
        bytes.extend(f16::from_f32(scale).to_le_bytes());
        #[expect(clippy::cast_possible_truncation, reason = "in [-127, 127]; the conversion saturates")]
        bytes.extend(block.iter().map(|x| ((x * inverse).round() as i8).cast_unsigned()));
    }
    bytes
}

fn blocks<const BYTES: usize, const NUMBERS: usize>(
    bytes: &[u8],
    decode: impl Fn(&[u8; BYTES], &mut [f32; NUMBERS]),
) -> Vec<f32> {
    let (blocks, _) = bytes.as_chunks::<BYTES>();
    let mut values = vec![0.0; blocks.len() * NUMBERS];
    for (block, values) in blocks.iter().zip(values.as_chunks_mut::<NUMBERS>().0) {
        decode(block, values);
    }
    values
}

fn float(low: u8, high: u8) -> f32 {
    f16::from_le_bytes([low, high]).to_f32()
}

fn q4_0(block: &[u8; 18], values: &mut [f32; 32]) {
    let scale = float(block[0], block[1]);
    for (i, byte) in block[2..].iter().enumerate() {
        values[i] = f32::from(i16::from(byte & 0xf) - 8) * scale;
        values[i + 16] = f32::from(i16::from(byte >> 4) - 8) * scale;
    }
}

fn q4_1(block: &[u8; 20], values: &mut [f32; 32]) {
    let (scale, min) = (float(block[0], block[1]), float(block[2], block[3]));
    for (i, byte) in block[4..].iter().enumerate() {
        values[i] = f32::from(byte & 0xf) * scale + min;
        values[i + 16] = f32::from(byte >> 4) * scale + min;
    }
}

fn q8_0(block: &[u8; 34], values: &mut [f32; 32]) {
    let scale = float(block[0], block[1]);
    for (value, byte) in values.iter_mut().zip(&block[2..]) {
        *value = f32::from(byte.cast_signed()) * scale;
    }
}

/// Scale and minimum of group `j` from the twelve bytes that hold eight of each in 6 bits.
fn scale_min(packed: &[u8], j: usize) -> (f32, f32) {
    let (scale, min) = if j < 4 {
        (packed[j] & 63, packed[j + 4] & 63)
    } else {
        (packed[j + 4] & 0xf | (packed[j - 4] >> 6) << 4, packed[j + 4] >> 4 | (packed[j] >> 6) << 4)
    };
    (scale.into(), min.into())
}

fn q4_k(block: &[u8; 144], values: &mut [f32; 256]) {
    let (d, d_min) = (float(block[0], block[1]), float(block[2], block[3]));
    let (packed, codes) = (&block[4..16], &block[16..]);
    for (pair, (values, codes)) in values.chunks_exact_mut(64).zip(codes.chunks_exact(32)).enumerate() {
        let (low, low_min) = scale_min(packed, 2 * pair);
        let (high, high_min) = scale_min(packed, 2 * pair + 1);
        for (i, code) in codes.iter().enumerate() {
            values[i] = d * low * f32::from(code & 0xf) - d_min * low_min;
            values[i + 32] = d * high * f32::from(code >> 4) - d_min * high_min;
        }
    }
}

fn q6_k(block: &[u8; 210], values: &mut [f32; 256]) {
    let d = float(block[208], block[209]);
    let (low, high, scales) = (&block[..128], &block[128..192], &block[192..208]);
    for (half, values) in values.chunks_exact_mut(128).enumerate() {
        let (low, high, scales) =
            (&low[64 * half..][..64], &high[32 * half..][..32], &scales[8 * half..][..8]);
        for (i, &high) in high.iter().enumerate() {
            let parts = [
                low[i] & 0xf | (high & 3) << 4,
                low[i + 32] & 0xf | (high >> 2 & 3) << 4,
                low[i] >> 4 | (high >> 4 & 3) << 4,
                low[i + 32] >> 4 | (high >> 6) << 4,
            ];
            for (part, code) in parts.into_iter().enumerate() {
                let scale = f32::from(scales[i / 16 + 2 * part].cast_signed());
                values[i + 32 * part] = d * scale * f32::from(i16::from(code) - 32);
            }
        }
    }
}
