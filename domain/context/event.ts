/** What the outside world reports, normalised. Parsers are in parse-*.ts; unknown fields are dropped, unparsable lines are reported by line. */

/** A connection as Zeek's conn.log has it. https://docs.zeek.org/en/master/logs/conn.html */
export type Connection = {
  readonly id: string;
  readonly at: string;
  readonly from: string;
  readonly to: string;
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'other';
  readonly port: number;
  /** Zeek's application protocol, where it knew one. */
  readonly application?: string | undefined;
  /** Zeek's conn_state: `SF`, `S0`, `REJ`, … */
  readonly state?: string | undefined;
  readonly sentBytes: number;
  readonly receivedBytes: number;
};

/** An identity event, as in AWS CloudTrail. */
export type IdentityEvent = {
  readonly id: string;
  readonly at: string;
  readonly principal: string;
  readonly action: string;
  readonly resource?: string | undefined;
  readonly from?: string | undefined;
  readonly outcome: 'success' | 'failure';
  readonly errorCode?: string | undefined;
};

/** A threat indicator: an atomic comparison from a STIX 2.1 pattern. */
export type Indicator = {
  readonly id: string;
  readonly type: 'ipv4' | 'ipv6' | 'domain' | 'url' | 'file-hash';
  readonly value: string;
  readonly name: string;
  readonly labels: readonly string[];
  /** 0–100 as in STIX `confidence`. */
  readonly confidence?: number | undefined;
  readonly validFrom: string;
  readonly validUntil?: string | undefined;
  /** Who says so, where the bundle tells: the identity that made it, or the source that it refers to. */
  readonly source?: string | undefined;
};

/** One decision by an enforcement point, from OPA's decision log or a firewall's log. */
export type DecisionEvent = {
  readonly id: string;
  readonly at: string;
  readonly point: string;
  readonly from: string;
  readonly to: string;
  readonly protocol: Connection['protocol'];
  readonly port: number;
  readonly decision: 'allow' | 'deny' | 'not-applicable';
  readonly determining: readonly string[];
};

/** One decision on access, or on the use of a model (`use`), from OPA's decision log. Entities in text, as they were asked. */
export type AccessDecisionEvent = {
  readonly id: string;
  readonly at: string;
  readonly point: string;
  readonly kind: 'access' | 'ai';
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  /** The address that it was asked from, where it was told. */
  readonly from?: string | undefined;
  readonly decision: DecisionEvent['decision'];
  readonly determining: readonly string[];
};

/** What a parser made of a document: what it read, and each line or record that it could not, with the reason. */
export type Parsed<T> = {
  readonly items: readonly T[];
  readonly rejected: readonly { readonly where: string; readonly reason: string }[];
};
