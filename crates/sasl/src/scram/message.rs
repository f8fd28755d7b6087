//! The attributes that messages are made of: `k=value`, separated by commas.

/// The value of the next attribute if it is `key`'s, and what follows.
pub(super) fn attribute<'a>(message: &'a str, key: &str) -> Option<(&'a str, &'a str)> {
    let rest = message.strip_prefix(key)?.strip_prefix('=')?;
    Some(rest.split_once(',').unwrap_or((rest, "")))
}

/// A name as it travels: without commas and equal signs.
pub(super) fn escape(name: &str) -> String {
    name.replace('=', "=3D").replace(',', "=2C")
}

/// The opposite; none when an equal sign begins nothing known.
pub(super) fn unescape(text: &str) -> Option<String> {
    let mut parts = text.split('=');
    let mut name = parts.next()?.to_owned();
    for part in parts {
        let (sign, rest) = match (part.strip_prefix("2C"), part.strip_prefix("3D")) {
            (Some(rest), _) => (',', rest),
            (_, Some(rest)) => ('=', rest),
            (None, None) => return None,
        };
        name.push(sign);
        name.push_str(rest);
    }
    Some(name)
}

/// Whether it may be a nonce.
pub(super) fn is_nonce(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',')
}
