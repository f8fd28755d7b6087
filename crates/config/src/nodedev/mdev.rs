//! Mediated devices, and what devices they can be made of.

use xml::{element, words};

use crate::list::Whole;
use crate::{Text, Uuid};

words! {
    /// When a mediated device is made.
    pub enum MdevStartType {
        /// With the host.
        Auto = "auto",
        /// When somebody wants it.
        Manual = "manual",
    }
}

element! {
    /// `<capability type='mdev'>`
    #[derive(Eq)]
    pub struct Mdev {
        /// Of which type it is.
        child kind: MdevType = "type",
        /// When it is made.
        child start: Option<MdevStart> = "start",
        /// Identity.
        leaf uuid: Option<Uuid> = "uuid",
        /// Address of the device that it is of.
        leaf parent_addr: Option<Text> = "parent_addr",
        /// What can only be given away together with it.
        group iommu_group: MdevGroup = "iommuGroup",
        /// What it is made with, in order.
        own attributes: Whole<MdevAttribute> = "attr",
    }

    /// `<type>` of a mediated device
    #[derive(Eq)]
    pub struct MdevType {
        /// The maker's name for it.
        attr id: Box<str> = "id",
    }

    /// `<start>`
    #[derive(Copy, Eq)]
    pub struct MdevStart {
        /// When.
        attr kind: MdevStartType = "type",
    }

    /// `<iommuGroup>` of a mediated device
    #[derive(Copy, Default, Eq)]
    pub struct MdevGroup {
        /// Number.
        preset number: u32 = "number",
    }

    /// `<attr>`
    #[derive(Eq)]
    pub struct MdevAttribute {
        /// Name.
        attr name: Box<str> = "name",
        /// Value.
        attr value: Box<str> = "value",
    }

    /// `<capability type='mdev_types'>`
    #[derive(Eq)]
    pub struct MdevTypes {
        /// Each.
        child types: Vec<OfferedType> = "type",
    }

    /// `<type>` that a device offers
    #[derive(Eq)]
    pub struct OfferedType {
        /// The maker's name for it.
        attr id: Box<str> = "id",
        /// The maker's name for people.
        leaf name: Option<Text> = "name",
        /// How a guest meets it.
        leaf device_api: Text = "deviceAPI",
        /// How many more there can be.
        leaf available_instances: u32 = "availableInstances",
    }
}
