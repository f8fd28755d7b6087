//! How far an image reaches into the device it lies on.
//!
//! Every cluster in use has a refcount, so the last one that is not zero tells. The table is searched from its
//! end, and the answer usually lies in the first block that is read.

use super::Header;
use crate::bytes::be64;
use crate::error::{ImageError, Malformed};
use crate::open::Image;

/// The most refcount blocks read for one answer. An image with so many empty ones at its end was made to be slow.
const BLOCK_LIMIT: usize = 1024;
/// QEMU may be writing: what contradicts itself is looked at again this often.
const ATTEMPTS: usize = 3;
/// The part of a table's entry that is an offset.
const OFFSET_MASK: u64 = 0xffff_ffff_ffff_fe00;

/// The end of the last cluster in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HighestOffset {
    /// **Units**: bytes.
    pub bytes: u64,
    /// Whether it may be more.
    pub certainty: Certainty,
}

/// How sure a figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// It was so on disk. What a running QEMU has allocated and not yet flushed is not in it.
    Exact,
    /// Refcounts on disk may be behind: the image is in use with lazy refcounts, or was when QEMU ended.
    AtLeast,
}

impl Header {
    /// Where the image ends on its file or device, from its refcounts on disk.
    ///
    /// **Errors**: the system's; [`ImageError::Malformed`] when the refcounts contradict the image, and still do
    /// when read again.
    pub fn highest_offset(&self, image: &Image) -> Result<HighestOffset, ImageError> {
        let mut outcome = self.search(image);
        for _ in 1..ATTEMPTS {
            if !matches!(outcome, Err(ImageError::Malformed { .. })) {
                break;
            }
            outcome = self.search(image);
        }
        let certainty = if self.is_dirty() { Certainty::AtLeast } else { Certainty::Exact };
        outcome.map(|bytes| HighestOffset { bytes, certainty })
    }

    fn search(&self, image: &Image) -> Result<u64, ImageError> {
        let cluster_size = self.cluster_size();
        // At most 8 MiB, checked when the header was read.
        let table_size = u64::from(self.refcount_table_clusters) << self.cluster_bits;
        let table = image.bytes_at(self.refcount_table_offset, table_size as usize)?;
        let refcounts_per_block = (cluster_size * 8) >> self.refcount_order;
        let mut block = vec![0; cluster_size as usize];
        let mut blocks_read = 0;
        for index in (0..table.len() / 8).rev() {
            let offset = be64(&table, index * 8).unwrap_or(0) & OFFSET_MASK;
            if offset == 0 {
                continue;
            }
            let wrong = |field, value| image.malformed(Malformed { field, value });
            if !offset.is_multiple_of(cluster_size) || offset >= image.length() {
                return Err(wrong("the offset of a refcount block", offset));
            }
            blocks_read += 1;
            if blocks_read > BLOCK_LIMIT {
                return Err(wrong("the number of empty refcount blocks", blocks_read as u64));
            }
            // Beyond the end of a file there are zeros.
            let filled = image.read_at(&mut block, offset)?;
            if let Some(last) =
                last_refcount(block.get(..filled).unwrap_or_default(), self.refcount_order)
            {
                let cluster = (index as u64)
                    .checked_mul(refcounts_per_block)
                    .and_then(|first| first.checked_add(last));
                let end = cluster.and_then(|cluster| (cluster + 1).checked_mul(cluster_size));
                return end.ok_or_else(|| wrong("the last cluster in use", u64::MAX));
            }
        }
        Ok(0)
    }
}

/// The number of the last refcount of a block that is not zero.
fn last_refcount(block: &[u8], order: u32) -> Option<u64> {
    let position = block.iter().rposition(|byte| *byte != 0)?;
    let byte = *block.get(position)?;
    if order >= 3 {
        return Some((position as u64) >> (order - 3));
    }
    // Several in a byte, the first in the lowest bits.
    let highest_bit = u64::from(7 - byte.leading_zeros());
    Some((position as u64) * (8 >> order) + (highest_bit >> order))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_last_refcount_is_found(order in 0u32..=6, count in 1u64..500, last in 0u64..500, value in 1u64..) {
            let last = last.min(count - 1);
            let bits = 1u64 << order;
            let mut block = vec![0u8; (count * bits).div_ceil(8) as usize];
            // A refcount of the given width that is not zero, written big-endian as whole bytes or packed.
            let value = match value & (u64::MAX >> (64 - bits)) { 0 => 1, value => value };
            if order >= 3 {
                let bytes = bits as usize / 8;
                let start = last as usize * bytes;
                block[start..start + bytes].copy_from_slice(&value.to_be_bytes()[8 - bytes..]);
            } else {
                let bit = last * bits;
                block[(bit / 8) as usize] |= (value << (bit % 8)) as u8;
            }
            prop_assert_eq!(last_refcount(&block, order), Some(last));
        }
    }
}
