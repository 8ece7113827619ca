/** Codes of a Registration Reply. Numbers from RFC 3344 §3.4 unless a line says otherwise. */

/** Incomplete: those that the documents in scope speak of. */
export const replyCodes = {
  accepted: 0,
  acceptedNoSimultaneous: 1,
  unspecified: 128,
  administrativelyProhibited: 129,
  insufficientResources: 130,
  mnFailedAuthentication: 131,
  faFailedAuthentication: 132,
  identificationMismatch: 133,
  poorlyFormedRequest: 134,
  tooManyBindings: 135,
  unknownHomeAgent: 136,
  reverseTunnelUnavailable: 137,
  reverseTunnelMandatory: 138,
  encapsulationUnavailable: 139,
  redirected: 143,
  pmipUnsupported: 149,
  pmipDisallowed: 150,
} as const;

export const replyCodeNames: Readonly<Record<number, string>> = {
  0: 'accepted',
  1: 'accepted, simultaneous bindings unsupported',
  64: 'FA: reason unspecified',
  65: 'FA: administratively prohibited',
  66: 'FA: insufficient resources',
  67: 'FA: mobile node failed authentication',
  68: 'FA: home agent failed authentication',
  69: 'FA: requested lifetime too long',
  70: 'FA: poorly formed request',
  71: 'FA: poorly formed reply',
  72: 'FA: requested encapsulation unavailable',
  74: 'FA: reverse tunnel unavailable', // RFC 3024 §3.4
  75: 'FA: reverse tunnel mandatory', // RFC 3024 §3.4
  76: 'FA: mobile node too distant', // RFC 3024 §3.4
  77: 'FA: invalid care-of address',
  78: 'FA: registration timeout',
  79: 'FA: delivery style unsupported', // RFC 3024 §3.4
  80: 'FA: home network unreachable',
  81: 'FA: home agent host unreachable',
  82: 'FA: home agent port unreachable',
  88: 'FA: home agent unreachable',
  89: 'FA: vendor-specific reason', // RFC 3115
  90: 'FA: non-zero home agent address required', // RFC 4433
  96: 'FA: non-zero home address required', // RFC 2794
  97: 'FA: missing NAI', // RFC 2794
  98: 'FA: missing home agent', // RFC 2794
  99: 'FA: missing home address', // RFC 2794
  128: 'HA: reason unspecified',
  129: 'HA: administratively prohibited',
  130: 'HA: insufficient resources',
  131: 'HA: mobile node failed authentication',
  132: 'HA: foreign agent failed authentication',
  133: 'HA: registration Identification mismatch',
  134: 'HA: poorly formed request',
  135: 'HA: too many simultaneous mobility bindings',
  136: 'HA: unknown home agent address',
  137: 'HA: reverse tunnel unavailable', // RFC 3024 §3.4
  138: 'HA: reverse tunnel mandatory', // RFC 3024 §3.4
  139: 'HA: requested encapsulation unavailable', // RFC 3024 §3.4
  140: 'HA: vendor extension from mobile node not understood', // RFC 3115
  141: 'HA: vendor extension from foreign agent not understood', // RFC 3115
  142: 'HA: UDP encapsulation unavailable', // RFC 3519
  143: 'HA: redirected', // RFC 4433
  144: 'HA: mobile node failed AAA authentication', // RFC 4721
  149: 'HA: PMIP unsupported', // draft-leung-mip4-proxy-mode-10 §12.2
  150: 'HA: PMIP disallowed', // draft-leung-mip4-proxy-mode-10 §12.2
};

/** Whether a reply code grants the registration. RFC 3344 §3.4 defines 0 and 1; the rest of 0..8 is unassigned. */
export const isAccepted = (code: number): boolean => code <= 1;
