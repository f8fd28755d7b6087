//! How a probe is declared, and what its arguments may be.

use std::ffi::CStr;

/// A probe, as a watcher finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probe {
    /// Its name; the provider of all is `libvirt`.
    pub name: &'static str,
    /// What its arguments are, in their order.
    pub arguments: &'static [ProbeArgument],
}

/// An argument of a probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProbeArgument {
    /// Its name.
    pub name: &'static str,
    /// Whether it is the address of a text, not a number.
    pub is_text: bool,
}

/// Declares the probes of a file: a function each, a `TABLE` of them, and what keeps them.
macro_rules! probes {
    ($($(#[$doc:meta])* $name:ident($($argument:ident: $kind:ty),* $(,)?);)*) => {
        $(
            $(#[$doc])*
            #[inline(never)]
            #[allow(clippy::too_many_arguments, reason = "as many as libvirt's probe has")]
            pub fn $name($($argument: $kind),*) {
                #[allow(unused_mut, unused_variables, reason = "not every probe has a text")]
                let mut texts = $crate::probes::declare::Texts::default();
                ::probe::probe_lazy!(
                    libvirt, $name
                    $(, $crate::probes::declare::Argument::word($argument, &mut texts))*
                );
            }
        )*

        pub(super) static TABLE: &[$crate::probes::Probe] = &[$($crate::probes::Probe {
            name: stringify!($name),
            arguments: &[$($crate::probes::ProbeArgument {
                name: stringify!($argument),
                is_text: <$kind as $crate::probes::declare::Argument>::IS_TEXT,
            }),*],
        }),*];

        /// Takes the address of each probe's function.
        pub(super) fn keep() {
            $(std::hint::black_box($name as fn($($kind),*));)*
        }
    };
}

/// The texts that a probe hands out; they live until its watcher has looked.
#[derive(Default)]
pub(super) struct Texts(Vec<Vec<u8>>);

/// What fits into a register, or lies where a register says.
pub(super) trait Argument {
    /// Whether it is a text.
    const IS_TEXT: bool = true;

    /// The register.
    fn word(self, texts: &mut Texts) -> isize;
}

macro_rules! numbers {
    ($($kind:ty)*) => { $(impl Argument for $kind {
        const IS_TEXT: bool = false;

        fn word(self, _: &mut Texts) -> isize {
            // Sign or zero extended, as a watcher expects of the type.
            self as isize
        }
    })* };
}

numbers! { bool i32 u32 i64 u64 usize isize }

impl Argument for &[u8] {
    /// A watcher reads to the first NUL byte.
    fn word(self, texts: &mut Texts) -> isize {
        let mut text = Vec::with_capacity(self.len().saturating_add(1));
        text.extend_from_slice(self);
        text.push(0);
        let place = text.as_ptr().expose_provenance().cast_signed();
        texts.0.push(text);
        place
    }
}

impl Argument for &str {
    fn word(self, texts: &mut Texts) -> isize {
        self.as_bytes().word(texts)
    }
}

impl Argument for Option<&str> {
    /// None is a null pointer.
    fn word(self, texts: &mut Texts) -> isize {
        self.map_or(0, |text| text.word(texts))
    }
}

impl Argument for &dyn Fn() -> String {
    /// A text that takes some work to find out.
    fn word(self, texts: &mut Texts) -> isize {
        self().as_str().word(texts)
    }
}

impl Argument for &dyn Fn() -> i64 {
    const IS_TEXT: bool = false;

    /// A number that takes some work to find out.
    fn word(self, texts: &mut Texts) -> isize {
        self().word(texts)
    }
}

impl Argument for &'static CStr {
    fn word(self, _: &mut Texts) -> isize {
        self.as_ptr().expose_provenance().cast_signed()
    }
}
