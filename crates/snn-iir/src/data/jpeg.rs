//! JPEG files of RGB images.

use crate::error::{Error, Result};
use rayon::prelude::*;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

/// Largest side of an image.
const MAX_SIDE: usize = 4096;
/// Images that are decoded before they are joined, so that few are held twice.
const CHUNK: usize = 1024;

/// Decodes images, in parallel, and joins them in their order. All have the shape of the first one.
pub(super) fn decode_all<T: Sync, B: AsRef<[u8]>>(
    file: &str,
    sources: &[T],
    read: impl Fn(&T) -> Result<B> + Sync,
) -> Result<([usize; 3], Vec<u8>)> {
    let (mut shape, mut pixels) = (None, Vec::new());
    for (start, chunk) in (0..).step_by(CHUNK).zip(sources.chunks(CHUNK)) {
        let decode = |(place, source): (usize, &T)| {
            let index = start + place;
            decode(read(source)?.as_ref()).map_err(|message| Error::Jpeg {
                file: file.into(),
                index,
                message,
            })
        };
        let images: Vec<_> = chunk.par_iter().enumerate().map(decode).collect::<Result<_>>()?;
        for (place, (found, image)) in images.into_iter().enumerate() {
            let expected = *shape.get_or_insert(found);
            if found != expected {
                return Err(Error::ImageShape { file: file.into(), index: start + place, expected, found });
            }
            pixels.extend_from_slice(&image);
        }
    }
    let shape = shape.ok_or_else(|| Error::EmptyDataset { name: file.into() })?;
    Ok((shape, pixels))
}

/// Shape and planes of one image.
fn decode(bytes: &[u8]) -> std::result::Result<([usize; 3], Vec<u8>), String> {
    let options = DecoderOptions::default()
        .set_max_width(MAX_SIDE)
        .set_max_height(MAX_SIDE)
        .set_strict_mode(true)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|error| error.to_string())?;
    let channels = decoder.info().map_or(0, |info| info.components);
    if channels != 3 {
        return Err(format!("channels must be 3, got {channels}"));
    }
    let (width, height) = decoder.dimensions().ok_or("it has no size")?;
    let interleaved = decoder.decode().map_err(|error| error.to_string())?;
    let size = width * height;
    if interleaved.len() != 3 * size {
        return Err(format!("{width}x{height} pixels must be decoded, got {} bytes", interleaved.len()));
    }
    let mut planes = vec![0; 3 * size];
    let (red, rest) = planes.split_at_mut(size);
    let (green, blue) = rest.split_at_mut(size);
    for (place, pixel) in interleaved.chunks_exact(3).enumerate() {
        (red[place], green[place], blue[place]) = (pixel[0], pixel[1], pixel[2]);
    }
    Ok(([3, height, width], planes))
}
