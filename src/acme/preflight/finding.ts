export type FindingCode =
  | 'dns.no_such_name'
  | 'dns.no_address'
  | 'dns.server_failed'
  | 'dns.timed_out'
  | 'dns.private_address'
  | 'dns.caa_forbids'
  | 'dns.caa_account'
  | 'dns.caa_unknown'
  | 'http.refused'
  | 'http.timed_out'
  | 'http.unreachable'
  | 'http.too_slow'
  | 'http.not_http'
  | 'http.redirects'
  | 'http.redirects_elsewhere'
  | 'http.too_many_redirects'
  | 'http.not_found'
  | 'http.wrong_answer'
  | 'http.wrong_body';

/** Something that keeps a CA from proving a name, or may do so one day. */
export interface Finding {
  code: FindingCode;
  /** `fails`: no certificate like this. `warns`: it works, or cannot be told from here. */
  severity: 'fails' | 'warns';
  name: string;
  /** Which of the name's addresses it is about, if it is about one. */
  address: string | null;
  /** One sentence: what is wrong. */
  problem: string;
  /** What to do. */
  remedy: string;
}
