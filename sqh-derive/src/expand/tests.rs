//! What each feature expands to: the input beside the output, in `snapshots/`.

use syn::{DeriveInput, Item, parse_quote};

/// Compares the input and its expansion with the stored ones.
fn check(name: &str, input: &DeriveInput, expand: fn(&DeriveInput) -> proc_macro2::TokenStream) {
    let source = prettyplease::unparse(&syn::File {
        shebang: None,
        frontmatter: None,
        attrs: Vec::new(),
        items: vec![Item::from(input.clone())],
    });
    let expansion = syn::parse2(expand(input)).expect("an expansion parses");
    let expansion = prettyplease::unparse(&expansion);
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, format!("{source}\n// expands to\n\n{expansion}"));
    });
}

/// A derive that looked at a type would expand an alias of it otherwise.
#[test]
fn no_type_is_looked_into() {
    let types = [
        "Uuid",
        "Option < String >",
        "std :: vec :: Vec < Option < i32 > >",
        "[u8 ; 4]",
        "(i32 , Utc)",
        "& 'static str",
        "DateTime < Utc >",
    ];
    let expansion = |names: &[String]| {
        let fields = names.iter().enumerate().map(|(i, ty)| {
            let word = ["primary_key", "default = 1", "skip", "redact", "version", "index", "created_at"][i];
            format!("#[field({word})] f{i}: {ty}")
        });
        let fields = fields.collect::<Vec<_>>().join(", ");
        let input = format!(
            "#[model(group = \"lab\")] #[storage(postgres, partition_by = \"f6\")] #[policy(allow(read) if f1 == 1 || f3.f4 == None || f6)] struct M {{ {fields} }}"
        );
        let expansion = crate::expand_model(&syn::parse_str(&input).expect("a struct")).to_string();
        expansion.replace(' ', "")
    };
    let plain = expansion(&types.map(str::to_owned));
    let aliases: Vec<String> = (0..types.len()).map(|i| format!("Alias{i}")).collect();
    let mut aliased = expansion(&aliases);
    for (alias, ty) in aliases.iter().zip(types) {
        aliased = aliased.replace(alias, &ty.replace(' ', ""));
    }
    assert!(!plain.contains("compile_error"), "{plain}");
    assert_eq!(plain, aliased);
}

/// Everybody who uses a model compiles its expansion: what a field costs is looked at here.
#[test]
fn a_model_of_twelve_fields_stays_small() {
    let fields: Vec<String> = (0..11).map(|i| format!("/// A field.\npub f{i}: Option<String>")).collect();
    let input = format!(
        "#[model(group = \"lab\")] #[storage(postgres)] struct M {{ #[field(primary_key)] id: Uuid, {} }}",
        fields.join(", ")
    );
    let expansion = crate::expand_model(&syn::parse_str(&input).expect("a struct"));
    let lines = prettyplease::unparse(&syn::parse2(expansion).expect("an expansion parses")).lines().count();
    assert_eq!(lines, 190, "update the number, and say why");
}

fn model(name: &str, input: &DeriveInput) {
    check(name, input, crate::expand_model);
}

#[test]
fn a_table() {
    model(
        "table",
        &parse_quote! {
            /// A result.
            #[model(group = "lab")]
            #[storage(postgres)]
            pub struct AppLabResult {
                #[field(primary_key)]
                pub id: Uuid,
                /// What was measured.
                pub value: f64,
                r#type: Option<String>,
            }
        },
    );
}

#[test]
fn a_partitioned_shared_table_with_a_composite_key() {
    model(
        "partitions",
        &parse_quote! {
            #[model(group = "water", name = "Reading", rename_all = "camelCase", renamed_from = "Value")]
            #[storage(postgres, shared, high_volume, table = "readings")]
            #[storage(partition_by = "read_at", partition_interval = "week", partition_premake = 5, retention = "1 year")]
            struct Reading {
                #[field(primary_key)]
                station: String,
                #[field(primary_key)]
                number: i32,
                read_at: DateTime<Utc>,
            }
        },
    );
}

#[test]
fn indexes_and_relations() {
    model(
        "indexes",
        &parse_quote! {
            #[model(group = "lab")]
            #[storage(postgres, rls, placement = "row")]
            #[index(columns = ["name", "number desc"], unique)]
            #[index(columns = ["name"], using = "gin", ops = "gin_trgm_ops", where = "number > 0", name = "fuzzy", under_rls)]
            #[has_many(name = "parts", model = crate::Part, via = whole_id)]
            struct Whole {
                #[field(primary_key)]
                number: i32,
                #[field(unique, search = "A")]
                name: String,
                #[field(index, search)]
                notes: String,
            }
        },
    );
}

#[test]
fn full_text_search() {
    model(
        "full_text",
        &parse_quote! {
            #[model(group = "lab", search(language = "english"))]
            #[storage(postgres)]
            struct Note {
                #[field(primary_key)]
                number: i32,
                #[field(search = "A")]
                title: String,
                #[field(search)]
                body: Option<String>,
            }
        },
    );
}

#[test]
fn a_view() {
    let input = parse_quote! {
        /// What a month was like.
        #[model(group = "lab", rename_all = "camelCase")]
        #[platform_view(source = crate::Sample, definition = monthly_means, refresh = "after_write", placement = "row")]
        #[index(columns = ["mean"])]
        #[policy(allow(read, list) if role("analyst"))]
        pub struct MonthlyMean {
            /// What was measured.
            #[field(primary_key)]
            pub parameter: String,
            #[field(primary_key, column = "in_month")]
            month: DateTime<Utc>,
            mean: f64,
        }
    };
    check("view", &input, crate::expand_view);
}

#[test]
fn a_stub_of_a_view_after_a_mistake() {
    let input = parse_quote! {
        #[model(group = "lab")]
        #[platform_view(source = Sample)]
        struct MonthlyMean {
            #[field(primary_key)]
            parameter: String,
            mean: f64,
        }
    };
    check("view_stub", &input, crate::expand_view);
}

#[test]
fn references() {
    model(
        "references",
        &parse_quote! {
            #[model(group = "lab")]
            #[storage(postgres)]
            struct Part {
                #[field(primary_key)]
                id: Uuid,
                #[field(references = Whole, on_delete = "cascade")]
                whole_id: i32,
                #[field(references = crate::Station.code)]
                station: Option<String>,
                #[field(references = Self, on_delete = "set_null")]
                twin: Option<Link<Self>>,
            }
        },
    );
}

#[test]
fn roles_and_defaults() {
    model(
        "roles",
        &parse_quote! {
            #[model(group = "lab")]
            #[storage(postgres)]
            struct Note {
                #[field(primary_key, default = Uuid::now_v7())]
                id: Uuid,
                #[field(owner)]
                owner: Uuid,
                #[field(version)]
                version: i64,
                #[field(created_at)]
                created_at: DateTime<Utc>,
                #[field(redact)]
                text: Option<String>,
                #[field(redact = permission("lab:names"), max_len = 80, check = "name <> ''", renamed_from = "title")]
                name: Name,
                #[field(default_sql = "0", sql_type = "numeric(12, 4)")]
                amount: Decimal,
                #[field(generated = "upper(name)", column = "name_upper", rename = "upper")]
                loud: String,
                #[field(skip)]
                cache: Cache<Self>,
            }
        },
    );
}

#[test]
fn policies() {
    model(
        "policies",
        &parse_quote! {
            #[model(group = "lab")]
            #[storage(postgres)]
            #[policy(allow(read, list) if role("viewer") || owner && !(status == "locked"))]
            #[policy(allow(update) if level >= -3 && region == user.region && closed_at == None)]
            #[policy(forbid(all) if [Status::Open, Status::New].contains(status) || address.city == "x")]
            #[policy(forbid(read) if tags.contains("x") || user.regions.contains(region) || user.age < 2.5)]
            #[policy(allow(delete))]
            struct Sample {
                #[field(primary_key)]
                id: Uuid,
                #[field(owner)]
                created_by: Uuid,
                status: Status,
                level: i32,
                region: String,
                closed_at: Option<DateTime<Utc>>,
                tags: Vec<String>,
                address: Address,
            }
        },
    );
}

#[test]
fn a_graph_record_with_a_parent() {
    model(
        "graph",
        &parse_quote! {
            #[model(group = "crm")]
            #[storage(terminusdb, key = lexical("region"), unfoldable)]
            struct Account {
                id: Id<Self>,
                #[field(parent)]
                named: Named,
                region: String,
            }
        },
    );
}

#[test]
fn a_subdocument() {
    model(
        "subdocument",
        &parse_quote! {
            #[model(group = "crm")]
            #[storage(terminusdb, subdocument, key = value_hash)]
            struct Address {
                city: String,
            }
        },
    );
}

#[test]
fn a_model_in_a_renamed_crate() {
    model(
        "renamed_crate",
        &parse_quote! {
            #[model(group = "crm", crate = "::platform::sqh")]
            #[storage(terminusdb, abstract)]
            struct Named {
                name: String,
            }
        },
    );
}

#[test]
fn a_stub_after_a_mistake() {
    model(
        "stub",
        &parse_quote! {
            #[model(group = "lab")]
            #[storage(postgres, tabel = "results")]
            pub struct AppLabResult {
                #[field(primary_key)]
                pub id: Uuid,
                value: f64,
            }
        },
    );
}

#[test]
fn an_enum() {
    let input = parse_quote! {
        /// A state.
        #[platform_enum(native, rename_all = "snake_case")]
        enum Status {
            /// At work.
            AtWork,
            Gone,
        }
    };
    check("enum", &input, crate::expand_enum);
}

#[test]
fn a_newtype() {
    let input = parse_quote! {
        struct Code(pub String);
    };
    check("newtype", &input, crate::expand_value);
}

#[test]
fn an_embedded_value() {
    let input = parse_quote! {
        #[platform_value(json)]
        pub struct Range<T>
        where
            T: Clone,
        {
            /// From.
            #[field(rename = "from")]
            pub low: T,
            high: Option<T>,
            #[field(skip)]
            seen: bool,
        }
    };
    check("embedded", &input, crate::expand_value);
}
