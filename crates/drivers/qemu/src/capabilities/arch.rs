//! Architectures by libvirt's names and QEMU's.

/// An architecture of guests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arch {
    /// As documents spell it.
    pub name: &'static str,
    /// What follows `qemu-system-` in the name of the binary that emulates it.
    pub qemu: &'static str,
    /// **Units**: bits.
    pub word_size: u8,
}

const fn arch(name: &'static str, qemu: &'static str, word_size: u8) -> Arch {
    Arch { name, qemu, word_size }
}

/// All of them, in the order of documents.
#[rustfmt::skip]
static ARCHES: &[Arch] = &[
    arch("alpha", "alpha", 64), arch("armv6l", "arm", 32), arch("armv7l", "arm", 32),
    arch("armv7b", "armeb", 32), arch("aarch64", "aarch64", 64), arch("cris", "cris", 32),
    arch("i686", "i386", 32), arch("ia64", "ia64", 64), arch("lm32", "lm32", 32),
    arch("loongarch64", "loongarch64", 64), arch("m68k", "m68k", 32),
    arch("microblaze", "microblaze", 32), arch("microblazeel", "microblazeel", 32),
    arch("mips", "mips", 32), arch("mipsel", "mipsel", 32), arch("mips64", "mips64", 64),
    arch("mips64el", "mips64el", 64), arch("or32", "or32", 32), arch("parisc", "parisc", 32),
    arch("parisc64", "parisc64", 64), arch("ppc", "ppc", 32), arch("ppc64", "ppc64", 64),
    arch("ppc64le", "ppc64", 64), arch("ppcemb", "ppcemb", 32), arch("riscv32", "riscv32", 32),
    arch("riscv64", "riscv64", 64), arch("s390", "s390", 32), arch("s390x", "s390x", 64),
    arch("sh4", "sh4", 32), arch("sh4eb", "sh4eb", 32), arch("sparc", "sparc", 32),
    arch("sparc64", "sparc64", 64), arch("unicore32", "unicore32", 32), arch("x86_64", "x86_64", 64),
    arch("xtensa", "xtensa", 32), arch("xtensaeb", "xtensaeb", 32),
];

impl Arch {
    /// All of them, in the order of documents.
    pub fn all() -> impl Iterator<Item = Self> {
        ARCHES.iter().copied()
    }

    /// The one that documents call `name`.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::all().find(|arch| arch.name == name)
    }

    /// The one that a QEMU binary emulates, by what `query-target` calls it.
    pub fn by_target(target: &str) -> Option<Self> {
        // Of two with one binary, the second is what its machines are by themselves.
        let preferred = match target {
            "arm" => "armv7l",
            "ppc64" => "ppc64",
            _ => return Self::all().find(|arch| arch.qemu == target),
        };
        Self::by_name(preferred)
    }

    /// The host's.
    pub fn host() -> Self {
        let machine = rustix::system::uname().machine().to_string_lossy().into_owned();
        let name = match machine.as_str() {
            "i386" | "i486" | "i586" => "i686",
            "amd64" => "x86_64",
            other => other,
        };
        Self::by_name(name).unwrap_or(arch("x86_64", "x86_64", 64))
    }

    /// Whether it is a PC.
    pub fn is_x86(self) -> bool {
        matches!(self.name, "i686" | "x86_64")
    }

    /// Whether a CPU of this architecture can run guests of `guest` by itself.
    pub fn runs(self, guest: Self) -> bool {
        self == guest
            || matches!(
                (self.name, guest.name),
                ("x86_64", "i686")
                    | ("aarch64", "armv7l")
                    | ("ppc64", "ppc64le")
                    | ("ppc64le", "ppc64")
            )
    }

    /// Whether a QEMU for this architecture also serves guests of `guest`.
    pub fn emulates(self, guest: Self) -> bool {
        self.qemu == guest.qemu
            || matches!(
                (self.name, guest.name),
                ("x86_64", "i686") | ("aarch64", "armv6l" | "armv7l")
            )
    }
}

#[cfg(test)]
mod tests {
    use super::Arch;

    #[test]
    fn names_are_unique_and_in_order() {
        let names: Vec<_> = Arch::all().map(|arch| arch.name).collect();
        let mut unique = names.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), names.len());
    }

    #[test]
    fn a_64_bit_pc_serves_32_bit_guests_and_not_the_other_way_round() {
        let [pc, old] = ["x86_64", "i686"].map(|name| Arch::by_name(name).unwrap());
        assert!(pc.emulates(old) && pc.runs(old));
        assert!(!old.emulates(pc) && !old.runs(pc));
        assert_eq!(Arch::by_target("i386"), Some(old));
    }
}
