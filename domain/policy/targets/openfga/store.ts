/** An authorization model of OpenFGA (schema 1.1) and its tuples, as the API takes them in JSON. */
export type Userset =
  | { readonly this: Readonly<Record<string, never>> }
  | { readonly computedUserset: { readonly relation: string } }
  | {
      readonly tupleToUserset: {
        readonly tupleset: { readonly relation: string };
        readonly computedUserset: { readonly relation: string };
      };
    }
  | { readonly union: { readonly child: readonly Userset[] } }
  | { readonly difference: { readonly base: Userset; readonly subtract: Userset } };

export type UserType = {
  readonly type: string;
  readonly relation?: string;
  readonly wildcard?: Readonly<Record<string, never>>;
  readonly condition?: string;
};

export type TypeDefinition = {
  readonly type: string;
  readonly relations: { readonly [relation: string]: Userset };
  readonly metadata: {
    readonly relations: { readonly [relation: string]: { readonly directly_related_user_types: readonly UserType[] } };
  } | null;
};

export type ParameterType = 'TYPE_NAME_BOOL' | 'TYPE_NAME_STRING' | 'TYPE_NAME_INT' | 'TYPE_NAME_IPADDRESS';

export type Condition = {
  readonly name: string;
  readonly expression: string;
  readonly parameters: { readonly [parameter: string]: { readonly type_name: ParameterType } };
};

export type Model = {
  readonly schema_version: '1.1';
  readonly type_definitions: readonly TypeDefinition[];
  readonly conditions: { readonly [name: string]: Condition };
};

export type Tuple = {
  readonly user: string;
  readonly relation: string;
  readonly object: string;
  readonly condition?: { readonly name: string };
};

export type Tuples = { readonly tuple_keys: readonly Tuple[] };
