//! Constants: nwfilter.

flags! {
    /// Values of `virNWFilterDefineFlags`.
    pub struct NWFilterDefineFlags {
        /// `VIR_NWFILTER_DEFINE_VALIDATE`, since 7.7.0.
        NWFILTER_DEFINE_VALIDATE = 0x1,
    }

    /// Values of `virNWFilterBindingCreateFlags`.
    pub struct NWFilterBindingCreateFlags {
        /// `VIR_NWFILTER_BINDING_CREATE_VALIDATE`, since 7.8.0.
        NWFILTER_BINDING_CREATE_VALIDATE = 0x1,
    }
}
