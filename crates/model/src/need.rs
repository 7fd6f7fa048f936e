//! Needs: what a lint declares and receives. A need says what a hole in its data means.

mod several;

use std::collections::BTreeSet;
use std::marker::PhantomData;

pub use several::{Purposes, Several, Use};

use crate::purpose::Purpose;
use crate::table::{Fact, Row};
use crate::views::{Account, Accounts, Principals, View, ViewId, Views};
use crate::{Dataset, Gap, Judged, Policy, Scope, Snapshot};

/// What needs are resolved from.
#[derive(Clone, Copy, Debug)]
pub struct Context<'s> {
    pub(crate) snapshot: &'s Snapshot<'s>,
    pub(crate) views: &'s Views<'s>,
}

impl<'s> Context<'s> {
    /// Joins a snapshot with the views that were built of it.
    pub fn new(snapshot: &'s Snapshot<'s>, views: &'s Views<'s>) -> Self {
        Context { snapshot, views }
    }
}

/// The datasets and views that a lint declares.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Declaration {
    /// Groups of datasets; one of each group must be there. Most groups have one member.
    pub groups: Vec<Vec<Dataset>>,
    /// Datasets that only improve words or confidence.
    pub optional: BTreeSet<Dataset>,
    /// Views to build.
    pub views: BTreeSet<ViewId>,
}

impl Declaration {
    /// A dataset that must be there.
    pub fn dataset(&mut self, dataset: Dataset) {
        self.group(vec![dataset]);
    }

    /// Datasets of which one must be there.
    pub fn group(&mut self, mut group: Vec<Dataset>) {
        group.sort();
        group.dedup();
        if !group.is_empty() && !self.groups.contains(&group) {
            self.groups.push(group);
        }
    }

    /// All datasets that must be there, alternatives included.
    pub fn required(&self) -> BTreeSet<Dataset> {
        self.groups.iter().flatten().copied().collect()
    }
}

/// Something a lint can ask for.
pub trait Need<'s>: Sized {
    /// Says which datasets and views it rests on.
    fn declare(declaration: &mut Declaration);

    /// Takes it. Never fails: holes are met when the data is asked for.
    fn resolve(context: Context<'s>) -> Self;
}

/// A need that can name the subjects of a lint: the accounts, groups, roles or hosts that its requirement
/// is about.
pub trait Subjects<'s>: Need<'s> {
    /// Why there may be more subjects; empty when all of them are known.
    fn holes(&self) -> Vec<Gap>;
}

/// No evidence beyond the subjects.
impl<'s> Need<'s> for () {
    fn declare(_: &mut Declaration) {}
    fn resolve(_: Context<'s>) -> Self {}
}

/// Rows one by one: a finding about one of them stands whatever is missing, silence does not.
#[derive(Debug)]
pub struct Each<'s, T> {
    context: Context<'s>,
    row: PhantomData<T>,
}

impl<'s, T: Fact<'s>> Each<'s, T> {
    /// All rows with their scopes.
    pub fn iter(&self) -> impl Iterator<Item = (&'s Scope, &'s Row<T>)> + use<'s, T> {
        T::table(self.context.snapshot).rows()
    }

    /// The rows of one scope, and the hole that could hide more.
    pub fn at(&self, scope: &Scope) -> (&'s [Row<T>], Option<Gap>) {
        let table = T::table(self.context.snapshot);
        (table.part(scope), table.hole(scope, true))
    }
}

impl<'s, T: Fact<'s>> Need<'s> for Each<'s, T> {
    fn declare(declaration: &mut Declaration) {
        declaration.dataset(T::DATASET);
    }
    fn resolve(context: Context<'s>) -> Self {
        Each { context, row: PhantomData }
    }
}

impl<'s, T: Fact<'s>> Subjects<'s> for Each<'s, T> {
    fn holes(&self) -> Vec<Gap> {
        self.context.snapshot.holes(T::DATASET, true)
    }
}

/// Rows as a set (absence, counts, joins): only where they are complete.
#[derive(Debug)]
pub struct Whole<'s, T> {
    context: Context<'s>,
    row: PhantomData<T>,
}

impl<'s, T: Fact<'s>> Whole<'s, T> {
    /// All rows of one scope.
    ///
    /// # Errors
    /// The hole, when the scope is not complete.
    pub fn at(&self, scope: &Scope) -> Judged<&'s [Row<T>]> {
        let table = T::table(self.context.snapshot);
        match table.hole(scope, false) {
            None => Ok(table.part(scope)),
            Some(gap) => Err(vec![gap]),
        }
    }
}

impl<'s, T: Fact<'s>> Whole<'s, T> {
    /// The rows of all scopes.
    ///
    /// # Errors
    /// The holes, when any scope is not complete.
    pub fn all(&self) -> Judged<Vec<(&'s Scope, &'s Row<T>)>> {
        match self.context.snapshot.holes(T::DATASET, false) {
            holes if holes.is_empty() => Ok(T::table(self.context.snapshot).rows().collect()),
            holes => Err(holes),
        }
    }
}

impl<'s, T: Fact<'s>> Need<'s> for Whole<'s, T> {
    fn declare(declaration: &mut Declaration) {
        declaration.dataset(T::DATASET);
    }
    fn resolve(context: Context<'s>) -> Self {
        Whole { context, row: PhantomData }
    }
}

/// A shared computation, whose answers carry the holes of its inputs.
#[derive(Debug)]
pub struct Via<'s, V> {
    view: &'s V,
}

impl<V> std::ops::Deref for Via<'_, V> {
    type Target = V;
    fn deref(&self) -> &V {
        self.view
    }
}

impl<'s, V: View<'s>> Via<'s, V> {
    /// The view for as long as the snapshot lives.
    pub fn view(&self) -> &'s V {
        self.view
    }
}

impl<'s, V: View<'s>> Need<'s> for Via<'s, V> {
    fn declare(declaration: &mut Declaration) {
        declaration.views.insert(V::ID);
        for group in V::INPUTS {
            declaration.group(group.to_vec());
        }
    }
    fn resolve(context: Context<'s>) -> Self {
        Via { view: V::get(context.views) }
    }
}

impl<'s> Subjects<'s> for Via<'s, crate::views::Roles<'s>> {
    fn holes(&self) -> Vec<Gap> {
        self.view.holes().to_vec()
    }
}

impl<'s> Subjects<'s> for Via<'s, crate::views::Administrators<'s>> {
    fn holes(&self) -> Vec<Gap> {
        self.view.holes().to_vec()
    }
}

/// Application pools of Advanced Insights; computers whose IIS was not collected may hold more.
impl<'s> Subjects<'s> for Via<'s, crate::views::AdvancedInsights<'s>> {
    fn holes(&self) -> Vec<Gap> {
        self.view.holes().to_vec()
    }
}

/// The files of a snapshot, as what may hold secrets; those that could not be read are holes.
impl<'s> Subjects<'s> for Via<'s, crate::views::Secrets> {
    fn holes(&self) -> Vec<Gap> {
        self.view.holes().to_vec()
    }
}

/// Domain accounts and groups: names, SIDs, and memberships as far as the directory holds them. Local groups
/// of computers are not asked for.
#[derive(Debug)]
pub struct DomainPrincipals<'s> {
    principals: &'s Principals<'s>,
}

impl<'s> std::ops::Deref for DomainPrincipals<'s> {
    type Target = Principals<'s>;
    fn deref(&self) -> &Principals<'s> {
        self.principals
    }
}

impl<'s> Need<'s> for DomainPrincipals<'s> {
    fn declare(declaration: &mut Declaration) {
        declaration.views.insert(ViewId::Principals);
        declaration.dataset(Dataset::Directory);
    }
    fn resolve(context: Context<'s>) -> Self {
        DomainPrincipals { principals: Principals::get(context.views) }
    }
}

/// Names and SIDs: who a name stands for and what a SID is called, without asking for memberships. A name
/// that cannot be resolved without the directory stays a name.
#[derive(Debug)]
pub struct Names<'s> {
    principals: &'s Principals<'s>,
}

impl<'s> std::ops::Deref for Names<'s> {
    type Target = Principals<'s>;
    fn deref(&self) -> &Principals<'s> {
        self.principals
    }
}

impl<'s> Need<'s> for Names<'s> {
    fn declare(declaration: &mut Declaration) {
        declaration.views.insert(ViewId::Principals);
        declaration.optional.insert(Dataset::Directory);
    }
    fn resolve(context: Context<'s>) -> Self {
        Names { principals: Principals::get(context.views) }
    }
}

/// Sites, computers and databases of the hierarchy.
#[derive(Debug)]
pub struct Hierarchy<'s> {
    context: Context<'s>,
}

impl<'s> std::ops::Deref for Hierarchy<'s> {
    type Target = crate::Inventory;
    fn deref(&self) -> &crate::Inventory {
        self.context.snapshot.inventory()
    }
}

impl<'s> Need<'s> for Hierarchy<'s> {
    fn declare(declaration: &mut Declaration) {
        for dataset in [Dataset::Site, Dataset::SiteDefinition, Dataset::SiteSystemRole] {
            declaration.dataset(dataset);
        }
    }
    fn resolve(context: Context<'s>) -> Self {
        Hierarchy { context }
    }
}

/// Sites and computers of the hierarchy, as what a lint is about.
impl<'s> Subjects<'s> for Hierarchy<'s> {
    fn holes(&self) -> Vec<Gap> {
        let mut holes = self.site_holes().to_vec();
        crate::proof::merge(&mut holes, self.host_holes().iter().cloned());
        holes
    }
}

/// One of the purposes as a type, so that a need can name it.
pub trait OnePurpose: Send + Sync + 'static {
    /// The purpose.
    const PURPOSE: Purpose;
}

macro_rules! one_purpose {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// Purposes as types.
        pub mod one {
            use super::{OnePurpose, Purpose};
            $($(#[$doc])* #[derive(Debug)] pub struct $name;
            impl OnePurpose for $name {
                const PURPOSE: Purpose = Purpose::$name;
            })*
        }
    };
}

one_purpose! {
    /// See [`Purpose::GroupDiscovery`].
    GroupDiscovery,
    /// See [`Purpose::SystemDiscovery`].
    SystemDiscovery,
    /// See [`Purpose::UserDiscovery`].
    UserDiscovery,
    /// See [`Purpose::Forest`].
    Forest,
    /// See [`Purpose::AssetIntelligenceProxy`].
    AssetIntelligenceProxy,
    /// See [`Purpose::CertificateRegistration`].
    CertificateRegistration,
    /// See [`Purpose::CaptureImage`].
    CaptureImage,
    /// See [`Purpose::ClientPush`].
    ClientPush,
    /// See [`Purpose::EnrollmentPoint`].
    EnrollmentPoint,
    /// See [`Purpose::Exchange`].
    Exchange,
    /// See [`Purpose::ExchangeProxy`].
    ExchangeProxy,
    /// See [`Purpose::ManagementPoint`].
    ManagementPoint,
    /// See [`Purpose::Multicast`].
    Multicast,
    /// See [`Purpose::NetworkAccess`].
    NetworkAccess,
    /// See [`Purpose::PackageAccess`].
    PackageAccess,
    /// See [`Purpose::ReportingServices`].
    ReportingServices,
    /// See [`Purpose::PermittedViewer`].
    PermittedViewer,
    /// See [`Purpose::SiteSystemInstallation`].
    SiteSystemInstallation,
    /// See [`Purpose::Smtp`].
    Smtp,
    /// See [`Purpose::SoftwareUpdatePoint`].
    SoftwareUpdatePoint,
    /// See [`Purpose::SoftwareUpdateProxy`].
    SoftwareUpdateProxy,
    /// See [`Purpose::SourceSite`].
    SourceSite,
    /// See [`Purpose::SourceSiteDatabase`].
    SourceSiteDatabase,
    /// See [`Purpose::DomainJoin`].
    DomainJoin,
    /// See [`Purpose::NetworkFolder`].
    NetworkFolder,
    /// See [`Purpose::RunAs`].
    RunAs,
}

/// The accounts of one purpose; needs only that purpose's datasets.
#[derive(Debug)]
pub struct Stored<'s, P> {
    accounts: &'s Accounts<'s>,
    purpose: PhantomData<P>,
}

impl<'s, P: OnePurpose> Stored<'s, P> {
    /// The accounts, by scope and place.
    pub fn iter(&self) -> impl Iterator<Item = &'s Account<'s>> + use<'s, P> {
        self.accounts.of(P::PURPOSE)
    }

    /// Why there may be more in a scope; empty when all are known there.
    pub fn holes_at(&self, scope: &Scope) -> Vec<Gap> {
        let holes = self.accounts.holes(P::PURPOSE);
        holes.iter().filter(|g| g.scope == *scope || g.scope == Scope::Hierarchy).cloned().collect()
    }

    /// All accounts, as a set.
    ///
    /// # Errors
    /// The holes that could hide more. Loose files hide more: nobody says that they are all.
    pub fn whole(&self) -> Judged<Vec<&'s Account<'s>>> {
        match self.accounts.silence(P::PURPOSE) {
            [] => Ok(self.iter().collect()),
            holes => Err(holes.to_vec()),
        }
    }
}

impl<'s, P: OnePurpose> Need<'s> for Stored<'s, P> {
    fn declare(declaration: &mut Declaration) {
        declaration.views.insert(ViewId::Accounts);
        declaration.group(P::PURPOSE.datasets());
    }
    fn resolve(context: Context<'s>) -> Self {
        Stored { accounts: Accounts::get(context.views), purpose: PhantomData }
    }
}

impl<'s, P: OnePurpose> Subjects<'s> for Stored<'s, P> {
    fn holes(&self) -> Vec<Gap> {
        self.accounts.holes(P::PURPOSE).to_vec()
    }
}

/// The accounts of all purposes, which says for each whether it could be seen. For rules about reuse.
#[derive(Debug)]
pub struct AllPurposes<'s> {
    accounts: &'s Accounts<'s>,
}

impl<'s> AllPurposes<'s> {
    /// All accounts.
    pub fn iter(&self) -> impl Iterator<Item = &'s Account<'s>> + use<'s> {
        self.accounts.iter()
    }

    /// Why there may be more accounts of a purpose.
    pub fn holes(&self, purpose: Purpose) -> &'s [Gap] {
        self.accounts.holes(purpose)
    }
}

impl<'s> Need<'s> for AllPurposes<'s> {
    fn declare(declaration: &mut Declaration) {
        declaration.views.insert(ViewId::Accounts);
        for purpose in Purpose::all() {
            declaration.group(purpose.datasets());
        }
    }
    fn resolve(context: Context<'s>) -> Self {
        AllPurposes { accounts: Accounts::get(context.views) }
    }
}

/// The first that is complete serves: role files or the provider's list, LDIF or another directory source.
#[derive(Debug)]
pub struct AnyOf<T>(pub T);

macro_rules! any_of {
    ($($name:ident),*) => {
        impl<'s, $($name: Need<'s>),*> Need<'s> for AnyOf<($($name,)*)> {
            fn declare(declaration: &mut Declaration) {
                let mut group = Vec::new();
                $({
                    let mut part = Declaration::default();
                    $name::declare(&mut part);
                    group.extend(part.required());
                    declaration.optional.extend(part.optional);
                    declaration.views.extend(part.views);
                })*
                declaration.group(group);
            }
            fn resolve(context: Context<'s>) -> Self {
                AnyOf(($($name::resolve(context),)*))
            }
        }
    };
}
any_of!(A, B);
any_of!(A, B, C);

/// Better words or confidence, never another verdict.
#[derive(Debug)]
pub struct Maybe<N>(pub N);

impl<'s, N: Need<'s>> Need<'s> for Maybe<N> {
    fn declare(declaration: &mut Declaration) {
        let mut part = Declaration::default();
        N::declare(&mut part);
        declaration.optional.extend(part.required());
        declaration.optional.extend(part.optional);
        declaration.views.extend(part.views);
    }
    fn resolve(context: Context<'s>) -> Self {
        Maybe(N::resolve(context))
    }
}

/// When the snapshot was taken; `None` when it does not tell.
#[derive(Debug)]
pub struct Taken(pub Option<jiff::Timestamp>);

impl<'s> Need<'s> for Taken {
    fn declare(_: &mut Declaration) {}
    fn resolve(context: Context<'s>) -> Self {
        Taken(context.snapshot.about.collected_at.as_deref().and_then(|at| at.parse().ok()))
    }
}

/// The organisation's policy; always there, empty by default.
#[derive(Debug)]
pub struct OwnPolicy<'s>(pub &'s Policy);

impl<'s> Need<'s> for OwnPolicy<'s> {
    fn declare(declaration: &mut Declaration) {
        declaration.optional.insert(Dataset::Policy);
    }
    fn resolve(context: Context<'s>) -> Self {
        OwnPolicy(&context.snapshot.policy)
    }
}

macro_rules! tuple {
    ($($name:ident),*) => {
        impl<'s, $($name: Need<'s>),*> Need<'s> for ($($name,)*) {
            fn declare(declaration: &mut Declaration) {
                $($name::declare(declaration);)*
            }
            fn resolve(context: Context<'s>) -> Self {
                ($($name::resolve(context),)*)
            }
        }
    };
}
tuple!(A);
tuple!(A, B);
tuple!(A, B, C);
tuple!(A, B, C, D);
tuple!(A, B, C, D, E);
tuple!(A, B, C, D, E, F);
tuple!(A, B, C, D, E, F, G);
tuple!(A, B, C, D, E, F, G, H);

macro_rules! tuple_subjects {
    ($($name:ident),*) => {
        impl<'s, $($name: Subjects<'s>),*> Subjects<'s> for ($($name,)*) {
            #[allow(non_snake_case)]
            fn holes(&self) -> Vec<Gap> {
                let ($($name,)*) = self;
                let mut holes = Vec::new();
                $(crate::proof::merge(&mut holes, $name.holes());)*
                holes
            }
        }
    };
}
tuple_subjects!(A, B);
tuple_subjects!(A, B, C);
tuple_subjects!(A, B, C, D);
