use cmlint_model::Dataset;

/// How a class of the provider is asked for. What it is and where it goes stands in the table of datasets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Class {
    pub(crate) dataset: Dataset,
    /// Properties that together name an object, in the order of the provider's own paths; only of classes that have
    /// lazy properties.
    pub(crate) keys: &'static [&'static str],
    /// Every site has some: an answer without rows hides what the caller may not see.
    pub(crate) never_empty: bool,
    /// Properties that are asked for, where the others are many and about people.
    pub(crate) select: &'static [&'static str],
}

const fn class(dataset: Dataset, keys: &'static [&'static str], never_empty: bool) -> Class {
    Class { dataset, keys, never_empty, select: &[] }
}

/// Site control items.
const ITEM: &[&str] = &["FileType", "ItemName", "ItemType", "SiteCode"];

/// All classes that are asked for. The first two tell where the snapshot belongs and how much the caller sees.
pub(crate) const CLASSES: [Class; 26] = [
    class(Dataset::Site, &[], true),
    class(Dataset::Admin, &["AdminID"], true),
    class(Dataset::Role, &["RoleID"], true),
    class(Dataset::SecuredObject, &["ObjectTypeID"], true),
    class(Dataset::SecurityScope, &[], true),
    class(Dataset::SecurityScopeMember, &[], false),
    class(Dataset::SiteDefinition, ITEM, true),
    class(Dataset::SiteSystemRole, ITEM, true),
    class(Dataset::Component, ITEM, true),
    class(Dataset::ClientComponent, ITEM, true),
    class(Dataset::StoredAccount, &[], false),
    class(Dataset::Address, ITEM, false),
    class(Dataset::MaintenanceTask, &[], true),
    class(Dataset::SiteControlProperty, &[], true),
    class(Dataset::SiteControlPropertyList, &[], true),
    class(Dataset::Forest, &[], false),
    class(Dataset::ForestStatus, &[], false),
    class(Dataset::Collection, &[], true),
    class(Dataset::CollectionSettings, &["CollectionID"], false),
    class(Dataset::ClientSettings, &["SettingsID"], true),
    class(Dataset::Package, &[], false),
    class(Dataset::PackageAccess, &[], false),
    class(Dataset::TaskSequencePackage, &["PackageID"], false),
    class(Dataset::BootImage, &[], false),
    class(Dataset::DistributionPoint, &[], false),
    Class {
        dataset: Dataset::Device,
        keys: &[],
        never_empty: false,
        select: &[
            "ResourceID",
            "Name",
            "SiteCode",
            "IsClient",
            "IsVirtualMachine",
            "ClientVersion",
            "Domain",
        ],
    },
];

#[cfg(test)]
mod tests {
    use cmlint_model::DATASETS;

    use super::*;

    #[test]
    fn every_class_of_the_table_of_datasets_is_asked_for_once() {
        let expected: Vec<&str> =
            DATASETS.iter().filter(|i| i.pattern.starts_with("site/")).map(|i| i.name).collect();
        let mut asked: Vec<&str> = CLASSES.iter().map(|c| c.dataset.name()).collect();
        asked.sort_by_key(|name| expected.iter().position(|e| e == name));
        assert_eq!(asked, expected);
    }

    #[test]
    fn an_object_with_lazy_properties_has_a_key_to_be_read_by() {
        for class in CLASSES {
            let lazy = !class.dataset.info().lazy.is_empty();
            assert_eq!(lazy, !class.keys.is_empty(), "{}", class.dataset.name());
        }
    }
}
