/**
 * The shell script that builds a lab named $1 from `ip` alone. Both ends answer for every address (a local default route for
 * what comes in, binding to addresses that are not theirs), and the firewall forwards by where a packet comes from: from the
 * client side to the server side, and back. The only addresses are link-local; IPv4 is routed over them (RFC 5549).
 */
export const labScript = `set -e
fw="edict-$1-fw"; cl="edict-$1-cl"; sv="edict-$1-sv"
for ns in "$fw" "$cl" "$sv"; do ip netns add "$ns"; ip -n "$ns" link set lo up; done
ip -n "$fw" link add cl type veth peer name edict0 netns "$cl"
ip -n "$fw" link add sv type veth peer name edict0 netns "$sv"
sysctls() {
  ip netns exec "$1" sh -c 'cd /proc/sys/net && for key in "$@"; do echo 1 > "$key"; done' sysctls $2
  ip netns exec "$1" sh -c 'cd /proc/sys/net/ipv4/conf && for i in *; do echo 0 > "$i/rp_filter"; echo 0 > "$i/send_redirects"; done'
}
link() {
  ip -n "$1" link set "$2" addrgenmode none
  ip -n "$1" link set "$2" up
  ip -n "$1" addr add "$3/64" dev "$2" nodad
}
link "$fw" cl fe80::1; link "$fw" sv fe80::1; link "$cl" edict0 fe80::2; link "$sv" edict0 fe80::2
sysctls "$fw" "ipv4/ip_forward ipv6/conf/all/forwarding"
both() { ns="$1"; shift; ip -4 -n "$ns" "$@"; ip -6 -n "$ns" "$@"; }
way() {
  ip -4 -n "$1" route add default via inet6 "$2" dev "$3" table "$4"
  ip -6 -n "$1" route add default via "$2" dev "$3" table "$4"
}
way "$fw" fe80::2 sv 101; way "$fw" fe80::2 cl 102; way "$fw" fe80::2 cl main
both "$fw" rule add iif cl lookup 101
both "$fw" rule add iif sv lookup 102
for ns in "$cl" "$sv"; do
  sysctls "$ns" "ipv4/ip_nonlocal_bind ipv6/ip_nonlocal_bind"
  way "$ns" fe80::1 edict0 main
  # IPv4 sends only from addresses that its table \`local\` holds: they go there, and the table counts for what comes in alone.
  ip -4 -n "$ns" rule del pref 0
  ip -4 -n "$ns" rule add pref 1 iif edict0 lookup local
  ip -4 -n "$ns" rule add pref 2 to 127.0.0.0/8 lookup local
  ip -4 -n "$ns" route add local default dev lo table local
  ip -6 -n "$ns" route add local default dev lo table 100
  ip -6 -n "$ns" rule add iif edict0 lookup 100
done
ip netns add "edict-$1-ok"
`;
