/**
 * Names of the techniques that the library names. ATT&CK 19.1: © 2026 The MITRE Corporation. This work is reproduced and distributed with the permission
 * of The MITRE Corporation. D3FEND: the names that its own pages have.
 */
export const attackNames: Readonly<Record<string, string>> = {
  'T1021.002': 'SMB/Windows Admin Shares',
  T1048: 'Exfiltration Over Alternative Protocol',
  T1059: 'Command and Scripting Interpreter',
  T1071: 'Application Layer Protocol',
  'T1071.001': 'Web Protocols',
  'T1078.004': 'Cloud Accounts',
  T1105: 'Ingress Tool Transfer',
  'T1114.002': 'Remote Email Collection',
  'T1204.001': 'Malicious Link',
  'T1204.002': 'Malicious File',
  T1486: 'Data Encrypted for Impact',
  T1490: 'Inhibit System Recovery',
  T1528: 'Steal Application Access Token',
  T1530: 'Data from Cloud Storage',
  T1534: 'Internal Spearphishing',
  T1539: 'Steal Web Session Cookie',
  'T1550.001': 'Application Access Token',
  'T1550.004': 'Web Session Cookie',
  'T1552.001': 'Credentials In Files',
  'T1566.001': 'Spearphishing Attachment',
  'T1566.002': 'Spearphishing Link',
  T1571: 'Non-Standard Port',
  T1619: 'Cloud Storage Object Discovery',
};

export const defenceNames: Readonly<Record<string, string>> = {
  'D3-ACH': 'Application Configuration Hardening',
  'D3-AL': 'Account Locking',
  'D3-ANCI': 'Authentication Cache Invalidation',
  'D3-CCSA': 'Credential Compromise Scope Analysis',
  'D3-CR': 'Credential Revocation',
  'D3-ER': 'Email Removal',
  'D3-FA': 'File Analysis',
  'D3-ITF': 'Inbound Traffic Filtering',
  'D3-NI': 'Network Isolation',
  'D3-OTF': 'Outbound Traffic Filtering',
  'D3-SRA': 'Sender Reputation Analysis',
  'D3-UAP': 'User Account Permissions',
  'D3-UGLPA': 'User Geolocation Logon Pattern Analysis',
};
