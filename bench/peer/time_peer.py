"""Times aerleon on policies given as JSON lines {target, header, networks, services, terms, shade}; answers {ms, bytes} a line."""
import importlib
import json
import logging
import sys
import time

from aerleon.lib import naming, policy

logging.disable(logging.CRITICAL)
GENERATORS = {'nftables': 'nftables.Nftables', 'cisco': 'cisco.Cisco', 'paloalto': 'paloaltofw.PaloAltoFW', 'srx': 'junipersrx.JuniperSRX'}

for line in sys.stdin:
    given = json.loads(line)
    definitions = naming.Naming()
    for entry in given['networks']:
        definitions.ParseNetworkList([entry])
    for entry in given['services']:
        definitions.ParseServiceList([entry])
    module, name = GENERATORS[given['target']].split('.')
    generator = getattr(importlib.import_module('aerleon.lib.' + module), name)
    start = time.perf_counter()
    parsed = policy.ParsePolicy(given['text'], definitions, shade_check=given['shade'])
    text = str(generator(parsed, 2))
    print(json.dumps({'ms': (time.perf_counter() - start) * 1000, 'bytes': len(text)}), flush=True)
