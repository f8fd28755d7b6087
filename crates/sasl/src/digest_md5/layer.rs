//! The encrypted connection behind an exchange.
//!
//! ```text
//! length(4) | RC4( data | HMAC-MD5(number | data)[..10] ) | 0x0001 | number(4)
//! ```
//!
//! The length counts all that follows it. Each direction has its own keys and counts its messages.

use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use rc4::{Rc4, StreamCipher};
use subtle::ConstantTimeEq;

/// **Units**: bytes.
const LENGTH_BYTES: usize = 4;
/// **Units**: bytes.
const MAC_BYTES: usize = 10;
/// What follows the encrypted part: type and number. **Units**: bytes.
const TRAILER_BYTES: usize = 6;
/// The only type of message.
const KIND: [u8; 2] = [0, 1];
/// Longest message that is taken, as the challenge says. **Units**: bytes.
const INCOMING_BYTES_MAX: usize = super::BUFFER_BYTES;

/// Encrypts and signs what the server sends; checks and decrypts what the client does.
pub struct Layer {
    outgoing: Direction,
    incoming: Direction,
    /// Longest data that goes into one message.
    chunk_bytes: usize,
    /// The beginning of a message that has not come whole.
    partial: Vec<u8>,
}

/// What is wrong with what came. The connection is of no more use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LayerError {
    /// A message that is too short or too long to be one.
    #[error("a protected message of {length} bytes")]
    Length {
        /// **Units**: bytes.
        length: usize,
    },
    /// A message that was changed on the way, or is not the next one.
    #[error("a protected message was forged")]
    Forged,
}

struct Direction {
    cipher: Rc4,
    signing_key: [u8; 16],
    number: u32,
}

impl std::fmt::Debug for Layer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Layer").field("chunk_bytes", &self.chunk_bytes).finish_non_exhaustive()
    }
}

impl Layer {
    /// The least that a client must take at a time. **Units**: bytes.
    pub(super) const BUFFER_BYTES_MIN: usize = 256;

    /// The server's end. `session` is H(A1); the client takes messages of `buffer_bytes`.
    pub(super) fn of_server(session: &[u8; 16], buffer_bytes: usize) -> Self {
        let client = Direction::new(session, "client-to-server");
        let server = Direction::new(session, "server-to-client");
        Self::between(server, client, buffer_bytes)
    }

    fn between(outgoing: Direction, incoming: Direction, buffer_bytes: usize) -> Self {
        // The length word is not counted, but clients are known to do it.
        let overhead = LENGTH_BYTES + MAC_BYTES + TRAILER_BYTES;
        let chunk_bytes = buffer_bytes.saturating_sub(overhead).max(1);
        Self { outgoing, incoming, chunk_bytes, partial: Vec::new() }
    }

    /// Appends to `out` what `plain` becomes on the wire.
    pub fn wrap(&mut self, plain: &[u8], out: &mut Vec<u8>) {
        for chunk in plain.chunks(self.chunk_bytes) {
            self.outgoing.seal(chunk, out);
        }
    }

    /// Takes bytes from the wire as they come and appends to `out` what is in them.
    ///
    /// # Errors
    /// See [`LayerError`].
    pub fn unwrap(&mut self, wire: &[u8], out: &mut Vec<u8>) -> Result<(), LayerError> {
        self.partial.extend_from_slice(wire);
        let mut begin = 0;
        while let Some(rest) = self.partial.get(begin..)
            && let Some((length, rest)) = rest.split_first_chunk()
        {
            let length = u32::from_be_bytes(*length) as usize;
            if !(MAC_BYTES + TRAILER_BYTES..=INCOMING_BYTES_MAX).contains(&length) {
                return Err(LayerError::Length { length });
            }
            let Some(message) = rest.get(..length) else { break };
            self.incoming.open(message, out)?;
            begin += LENGTH_BYTES + length;
        }
        self.partial.drain(..begin);
        Ok(())
    }
}

impl Direction {
    fn new(session: &[u8; 16], name: &str) -> Self {
        let key = |what: &str| -> [u8; 16] {
            let mut md5 = Md5::new();
            md5.update(session);
            md5.update(what);
            md5.finalize().into()
        };
        let signing_key = key(&format!("Digest session key to {name} signing key magic constant"));
        let sealing_key = key(&format!("Digest H(A1) to {name} sealing key magic constant"));
        let cipher = Rc4::new_from_slice(&sealing_key).expect("16 bytes are a key of RC4");
        Self { cipher, signing_key, number: 0 }
    }

    fn mac(&self, data: &[u8]) -> [u8; MAC_BYTES] {
        let mac = Hmac::<Md5>::new_from_slice(&self.signing_key);
        let mut mac = mac.expect("HMAC takes keys of any length");
        mac.update(&self.number.to_be_bytes());
        mac.update(data);
        let whole: [u8; 16] = mac.finalize().into_bytes().into();
        let mut part = [0; MAC_BYTES];
        part.iter_mut().zip(whole).for_each(|(to, from)| *to = from);
        part
    }

    fn seal(&mut self, data: &[u8], out: &mut Vec<u8>) {
        let length = data.len() + MAC_BYTES + TRAILER_BYTES;
        out.reserve(LENGTH_BYTES + length);
        out.extend(u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
        let start = out.len();
        out.extend_from_slice(data);
        out.extend(self.mac(data));
        if let Some(sealed) = out.get_mut(start..) {
            self.cipher.apply_keystream(sealed);
        }
        out.extend(KIND);
        out.extend(self.number.to_be_bytes());
        self.number = self.number.wrapping_add(1);
    }

    fn open(&mut self, message: &[u8], out: &mut Vec<u8>) -> Result<(), LayerError> {
        let (sealed, trailer) =
            message.split_last_chunk::<TRAILER_BYTES>().ok_or(LayerError::Forged)?;
        let start = out.len();
        out.extend_from_slice(sealed);
        let opened = out.get_mut(start..).unwrap_or_default();
        self.cipher.apply_keystream(opened);
        let (data, mac) = opened.split_last_chunk::<MAC_BYTES>().ok_or(LayerError::Forged)?;
        let right = self.mac(data).ct_eq(mac);
        let data_end = start + data.len();
        if trailer.get(..2) != Some(&KIND)
            || trailer.get(2..) != Some(&self.number.to_be_bytes())
            || !bool::from(right)
        {
            // Nothing of what was forged is seen by anybody.
            out.truncate(start);
            return Err(LayerError::Forged);
        }
        out.truncate(data_end);
        self.number = self.number.wrapping_add(1);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Direction, Layer, LayerError};

    fn pair() -> (Layer, Layer) {
        let session = [9; 16];
        let (client, server) = ("client-to-server", "server-to-client");
        let direction = |name| Direction::new(&session, name);
        let ours = Layer::of_server(&session, 1000);
        let theirs = Layer::between(direction(client), direction(server), 1000);
        (ours, theirs)
    }

    proptest! {
        #[test]
        fn what_goes_in_comes_out_however_it_is_cut(
            data in proptest::collection::vec(any::<u8>(), 0..5000),
            cut in 1..700usize,
        ) {
            let (mut server, mut client) = pair();
            let mut wire = Vec::new();
            server.wrap(&data, &mut wire);
            let mut plain = Vec::new();
            for piece in wire.chunks(cut) {
                client.unwrap(piece, &mut plain).unwrap();
            }
            prop_assert_eq!(&plain, &data);
            wire.clear();
            client.wrap(&data, &mut wire);
            plain.clear();
            server.unwrap(&wire, &mut plain).unwrap();
            prop_assert_eq!(plain, data);
        }

        #[test]
        fn a_changed_bit_is_noticed(place in 0..40usize, bit in 0..8u8) {
            let (mut server, mut client) = pair();
            let mut wire = Vec::new();
            server.wrap(&[1; 24], &mut wire);
            let Some(byte) = wire.get_mut(place) else { return Ok(()) };
            *byte ^= 1 << bit;
            let mut plain = Vec::new();
            let outcome = client.unwrap(&wire, &mut plain);
            // A longer length word only makes the other side wait.
            prop_assert!(outcome.is_err() || place < 4);
            prop_assert!(plain.is_empty());
        }
    }

    #[test]
    fn a_message_is_not_taken_twice() {
        let (mut server, mut client) = pair();
        let mut wire = Vec::new();
        server.wrap(b"once", &mut wire);
        let mut plain = Vec::new();
        client.unwrap(&wire, &mut plain).unwrap();
        assert_eq!(client.unwrap(&wire, &mut plain), Err(LayerError::Forged));
        assert_eq!(plain, b"once");
    }

    #[test]
    fn a_length_makes_nobody_wait_for_more_than_was_agreed() {
        for length in [0_u32, 15, 65_537, u32::MAX] {
            let (mut server, _) = pair();
            let outcome = server.unwrap(&length.to_be_bytes(), &mut Vec::new());
            assert_eq!(outcome, Err(LayerError::Length { length: length as usize }));
        }
    }
}
