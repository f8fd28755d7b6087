//! What a call needs, by its row and the few words of its arguments that decide.

use api::procedure::{Permission, Row, When};
use api::xdr::{self, Reader, Xdr};

/// The permissions that a call with these arguments needs.
///
/// # Errors
/// When a deciding word cannot be decoded.
pub(super) fn needs(row: &Row, args: &[u8]) -> Result<Vec<Permission>, xdr::Error> {
    let words = Words::read(row, args)?;
    let wanted = row.access.iter().filter(|access| words.meet(access.when));
    let mut needs: Vec<Permission> = Vec::with_capacity(row.access.len());
    for access in wanted {
        if !needs.contains(&access.permission) {
            needs.push(access.permission);
        }
    }
    Ok(needs)
}

/// The words that the conditions of a row are about. Found by the shape of the arguments, so what
/// a client appends behind them does not count.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Words {
    flags: u32,
    source: Option<u32>,
}

impl Words {
    /// Reads what the row's conditions need, and nothing if it has none.
    ///
    /// # Errors
    /// When it is not there.
    pub(super) fn read(row: &Row, args: &[u8]) -> Result<Self, xdr::Error> {
        let mut words = Self::default();
        for access in row.access {
            match access.when {
                When::Always => {}
                When::With(_) | When::Without(_) => words.flags = word(row, "flags", args)?,
                When::Source(_) => words.source = Some(word(row, "source", args)?),
            }
        }
        Ok(words)
    }

    /// Whether a condition holds.
    pub(super) fn meet(self, when: When) -> bool {
        match when {
            When::Always => true,
            When::With(bits) => self.flags & bits != 0,
            When::Without(bits) => self.flags & bits == 0,
            When::Source(source) => self.source == Some(source),
        }
    }
}

fn word(row: &Row, name: &'static str, args: &[u8]) -> Result<u32, xdr::Error> {
    let mut input = Reader::new(args);
    match row.args.seek(name, &mut input)? {
        Some(xdr::Shape::U32) => u32::decode(&mut input),
        Some(_) | None => Err(xdr::Error::Unexpected { what: "deciding word", value: 0 }),
    }
}

#[cfg(test)]
mod tests {
    use api::Procedure;
    use api::procedure::When;
    use api::remote::{
        DomainAttachDeviceFlags, DomainAttachDeviceFlagsArgs, DomainInterfaceAddresses,
        DomainInterfaceAddressesArgs,
    };
    use api::xdr;

    use super::needs;

    fn names(row: &api::Row, args: &[u8]) -> Vec<&'static str> {
        needs(row, args).unwrap().iter().map(|permission| permission.name).collect()
    }

    #[test]
    fn every_condition_of_every_row_can_be_read() {
        for row in api::MAIN_PROGRAMS.iter().flat_map(|program| program.rows()) {
            let conditional = row.access.iter().any(|access| access.when != When::Always);
            // All zero is a value of every shape that comes before flags.
            assert!(needs(row, &[0; 4096]).is_ok(), "{}", row.name);
            assert_eq!(needs(row, &[]).is_err(), conditional, "{}", row.name);
        }
    }

    #[test]
    fn flags_decide_what_else_is_needed() {
        let attach = |flags| {
            let args = DomainAttachDeviceFlagsArgs { flags, ..Default::default() };
            let mut bytes = xdr::to_bytes(&args).unwrap();
            // A harmless word behind the arguments does not help.
            bytes.extend([0, 0, 0, 1]);
            names(DomainAttachDeviceFlags::ROW, &bytes)
        };
        assert_eq!(attach(0), ["write", "save"]);
        assert_eq!(attach(1), ["write"]);
        assert_eq!(attach(2), ["write", "save"]);
        assert_eq!(attach(3), ["write", "save"]);
        let addresses = |source| {
            let args = DomainInterfaceAddressesArgs { source, ..Default::default() };
            names(DomainInterfaceAddresses::ROW, &xdr::to_bytes(&args).unwrap())
        };
        assert_eq!(addresses(0), ["read"]);
        assert_eq!(addresses(1), ["read", "write"]);
    }
}
