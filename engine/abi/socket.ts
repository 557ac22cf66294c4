// Sockets: families, types, protocols, options, message flags.
// Values from the Linux 6.1 UAPI headers of Debian 12 (x86-64); order within a table is the order strace prints flags in.
import type { Names } from './names.ts';

export const AF_UNSPEC = 0;
export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_AX25 = 3;
export const AF_IPX = 4;
export const AF_APPLETALK = 5;
export const AF_NETROM = 6;
export const AF_BRIDGE = 7;
export const AF_ATMPVC = 8;
export const AF_X25 = 9;
export const AF_INET6 = 0xa;
export const AF_ROSE = 0xb;
export const AF_DECnet = 0xc;
export const AF_NETBEUI = 0xd;
export const AF_SECURITY = 0xe;
export const AF_KEY = 0xf;
export const AF_NETLINK = 0x10;
export const AF_PACKET = 0x11;
export const AF_ASH = 0x12;
export const AF_ECONET = 0x13;
export const AF_ATMSVC = 0x14;
export const AF_RDS = 0x15;
export const AF_SNA = 0x16;
export const AF_IRDA = 0x17;
export const AF_PPPOX = 0x18;
export const AF_WANPIPE = 0x19;
export const AF_LLC = 0x1a;
export const AF_IB = 0x1b;
export const AF_MPLS = 0x1c;
export const AF_CAN = 0x1d;
export const AF_TIPC = 0x1e;
export const AF_BLUETOOTH = 0x1f;
export const AF_IUCV = 0x20;
export const AF_RXRPC = 0x21;
export const AF_ISDN = 0x22;
export const AF_PHONET = 0x23;
export const AF_IEEE802154 = 0x24;
export const AF_CAIF = 0x25;
export const AF_ALG = 0x26;
export const AF_NFC = 0x27;
export const AF_VSOCK = 0x28;
export const AF_KCM = 0x29;
export const AF_QIPCRTR = 0x2a;
export const AF_SMC = 0x2b;
export const AF_XDP = 0x2c;
export const AF_NAMES: Names = [
  [AF_UNSPEC, 'AF_UNSPEC'], [AF_UNIX, 'AF_UNIX'], [AF_INET, 'AF_INET'], [AF_AX25, 'AF_AX25'], [AF_IPX, 'AF_IPX'], [AF_APPLETALK, 'AF_APPLETALK'],
  [AF_NETROM, 'AF_NETROM'], [AF_BRIDGE, 'AF_BRIDGE'], [AF_ATMPVC, 'AF_ATMPVC'], [AF_X25, 'AF_X25'], [AF_INET6, 'AF_INET6'], [AF_ROSE, 'AF_ROSE'],
  [AF_DECnet, 'AF_DECnet'], [AF_NETBEUI, 'AF_NETBEUI'], [AF_SECURITY, 'AF_SECURITY'], [AF_KEY, 'AF_KEY'], [AF_NETLINK, 'AF_NETLINK'],
  [AF_PACKET, 'AF_PACKET'], [AF_ASH, 'AF_ASH'], [AF_ECONET, 'AF_ECONET'], [AF_ATMSVC, 'AF_ATMSVC'], [AF_RDS, 'AF_RDS'], [AF_SNA, 'AF_SNA'],
  [AF_IRDA, 'AF_IRDA'], [AF_PPPOX, 'AF_PPPOX'], [AF_WANPIPE, 'AF_WANPIPE'], [AF_LLC, 'AF_LLC'], [AF_IB, 'AF_IB'], [AF_MPLS, 'AF_MPLS'],
  [AF_CAN, 'AF_CAN'], [AF_TIPC, 'AF_TIPC'], [AF_BLUETOOTH, 'AF_BLUETOOTH'], [AF_IUCV, 'AF_IUCV'], [AF_RXRPC, 'AF_RXRPC'], [AF_ISDN, 'AF_ISDN'],
  [AF_PHONET, 'AF_PHONET'], [AF_IEEE802154, 'AF_IEEE802154'], [AF_CAIF, 'AF_CAIF'], [AF_ALG, 'AF_ALG'], [AF_NFC, 'AF_NFC'], [AF_VSOCK, 'AF_VSOCK'],
  [AF_KCM, 'AF_KCM'], [AF_QIPCRTR, 'AF_QIPCRTR'], [AF_SMC, 'AF_SMC'], [AF_XDP, 'AF_XDP'],
];

export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
export const SOCK_RDM = 4;
export const SOCK_SEQPACKET = 5;
export const SOCK_DCCP = 6;
export const SOCK_PACKET = 0xa;
export const SOCK_TYPE_NAMES: Names = [
  [SOCK_STREAM, 'SOCK_STREAM'], [SOCK_DGRAM, 'SOCK_DGRAM'], [SOCK_RAW, 'SOCK_RAW'], [SOCK_RDM, 'SOCK_RDM'], [SOCK_SEQPACKET, 'SOCK_SEQPACKET'],
  [SOCK_DCCP, 'SOCK_DCCP'], [SOCK_PACKET, 'SOCK_PACKET'],
];

export const SOCK_CLOEXEC = 0x80000;
export const SOCK_NONBLOCK = 0x800;
export const SOCK_FLAG_NAMES: Names = [
  [SOCK_CLOEXEC, 'SOCK_CLOEXEC'], [SOCK_NONBLOCK, 'SOCK_NONBLOCK'],
];

export const IPPROTO_IP = 0;
export const IPPROTO_ICMP = 1;
export const IPPROTO_IGMP = 2;
export const IPPROTO_IPIP = 4;
export const IPPROTO_TCP = 6;
export const IPPROTO_EGP = 8;
export const IPPROTO_PUP = 0xc;
export const IPPROTO_UDP = 0x11;
export const IPPROTO_IDP = 0x16;
export const IPPROTO_TP = 0x1d;
export const IPPROTO_DCCP = 0x21;
export const IPPROTO_IPV6 = 0x29;
export const IPPROTO_RSVP = 0x2e;
export const IPPROTO_GRE = 0x2f;
export const IPPROTO_ESP = 0x32;
export const IPPROTO_AH = 0x33;
export const IPPROTO_MTP = 0x5c;
export const IPPROTO_BEETPH = 0x5e;
export const IPPROTO_ENCAP = 0x62;
export const IPPROTO_PIM = 0x67;
export const IPPROTO_COMP = 0x6c;
export const IPPROTO_SCTP = 0x84;
export const IPPROTO_UDPLITE = 0x88;
export const IPPROTO_MPLS = 0x89;
export const IPPROTO_RAW = 0xff;
export const IPPROTO_MPTCP = 0x106;
export const IPPROTO_NAMES: Names = [
  [IPPROTO_IP, 'IPPROTO_IP'], [IPPROTO_ICMP, 'IPPROTO_ICMP'], [IPPROTO_IGMP, 'IPPROTO_IGMP'], [IPPROTO_IPIP, 'IPPROTO_IPIP'],
  [IPPROTO_TCP, 'IPPROTO_TCP'], [IPPROTO_EGP, 'IPPROTO_EGP'], [IPPROTO_PUP, 'IPPROTO_PUP'], [IPPROTO_UDP, 'IPPROTO_UDP'],
  [IPPROTO_IDP, 'IPPROTO_IDP'], [IPPROTO_TP, 'IPPROTO_TP'], [IPPROTO_DCCP, 'IPPROTO_DCCP'], [IPPROTO_IPV6, 'IPPROTO_IPV6'],
  [IPPROTO_RSVP, 'IPPROTO_RSVP'], [IPPROTO_GRE, 'IPPROTO_GRE'], [IPPROTO_ESP, 'IPPROTO_ESP'], [IPPROTO_AH, 'IPPROTO_AH'],
  [IPPROTO_MTP, 'IPPROTO_MTP'], [IPPROTO_BEETPH, 'IPPROTO_BEETPH'], [IPPROTO_ENCAP, 'IPPROTO_ENCAP'], [IPPROTO_PIM, 'IPPROTO_PIM'],
  [IPPROTO_COMP, 'IPPROTO_COMP'], [IPPROTO_SCTP, 'IPPROTO_SCTP'], [IPPROTO_UDPLITE, 'IPPROTO_UDPLITE'], [IPPROTO_MPLS, 'IPPROTO_MPLS'],
  [IPPROTO_RAW, 'IPPROTO_RAW'], [IPPROTO_MPTCP, 'IPPROTO_MPTCP'],
];

export const NETLINK_ROUTE = 0;
export const NETLINK_USERSOCK = 2;
export const NETLINK_FIREWALL = 3;
export const NETLINK_SOCK_DIAG = 4;
export const NETLINK_NFLOG = 5;
export const NETLINK_XFRM = 6;
export const NETLINK_SELINUX = 7;
export const NETLINK_ISCSI = 8;
export const NETLINK_AUDIT = 9;
export const NETLINK_FIB_LOOKUP = 0xa;
export const NETLINK_CONNECTOR = 0xb;
export const NETLINK_NETFILTER = 0xc;
export const NETLINK_IP6_FW = 0xd;
export const NETLINK_DNRTMSG = 0xe;
export const NETLINK_KOBJECT_UEVENT = 0xf;
export const NETLINK_GENERIC = 0x10;
export const NETLINK_CRYPTO = 0x15;
export const NETLINK_NAMES: Names = [
  [NETLINK_ROUTE, 'NETLINK_ROUTE'], [NETLINK_USERSOCK, 'NETLINK_USERSOCK'], [NETLINK_FIREWALL, 'NETLINK_FIREWALL'],
  [NETLINK_SOCK_DIAG, 'NETLINK_SOCK_DIAG'], [NETLINK_NFLOG, 'NETLINK_NFLOG'], [NETLINK_XFRM, 'NETLINK_XFRM'], [NETLINK_SELINUX, 'NETLINK_SELINUX'],
  [NETLINK_ISCSI, 'NETLINK_ISCSI'], [NETLINK_AUDIT, 'NETLINK_AUDIT'], [NETLINK_FIB_LOOKUP, 'NETLINK_FIB_LOOKUP'],
  [NETLINK_CONNECTOR, 'NETLINK_CONNECTOR'], [NETLINK_NETFILTER, 'NETLINK_NETFILTER'], [NETLINK_IP6_FW, 'NETLINK_IP6_FW'],
  [NETLINK_DNRTMSG, 'NETLINK_DNRTMSG'], [NETLINK_KOBJECT_UEVENT, 'NETLINK_KOBJECT_UEVENT'], [NETLINK_GENERIC, 'NETLINK_GENERIC'],
  [NETLINK_CRYPTO, 'NETLINK_CRYPTO'],
];

export const MSG_OOB = 1;
export const MSG_PEEK = 2;
export const MSG_DONTROUTE = 4;
export const MSG_CTRUNC = 8;
export const MSG_PROXY = 0x10;
export const MSG_TRUNC = 0x20;
export const MSG_DONTWAIT = 0x40;
export const MSG_EOR = 0x80;
export const MSG_WAITALL = 0x100;
export const MSG_FIN = 0x200;
export const MSG_SYN = 0x400;
export const MSG_CONFIRM = 0x800;
export const MSG_RST = 0x1000;
export const MSG_ERRQUEUE = 0x2000;
export const MSG_NOSIGNAL = 0x4000;
export const MSG_MORE = 0x8000;
export const MSG_WAITFORONE = 0x10000;
export const MSG_BATCH = 0x40000;
export const MSG_ZEROCOPY = 0x4000000;
export const MSG_FASTOPEN = 0x20000000;
export const MSG_CMSG_CLOEXEC = 0x40000000;
export const MSG_NAMES: Names = [
  [MSG_OOB, 'MSG_OOB'], [MSG_PEEK, 'MSG_PEEK'], [MSG_DONTROUTE, 'MSG_DONTROUTE'], [MSG_CTRUNC, 'MSG_CTRUNC'], [MSG_PROXY, 'MSG_PROXY'],
  [MSG_TRUNC, 'MSG_TRUNC'], [MSG_DONTWAIT, 'MSG_DONTWAIT'], [MSG_EOR, 'MSG_EOR'], [MSG_WAITALL, 'MSG_WAITALL'], [MSG_FIN, 'MSG_FIN'],
  [MSG_SYN, 'MSG_SYN'], [MSG_CONFIRM, 'MSG_CONFIRM'], [MSG_RST, 'MSG_RST'], [MSG_ERRQUEUE, 'MSG_ERRQUEUE'], [MSG_NOSIGNAL, 'MSG_NOSIGNAL'],
  [MSG_MORE, 'MSG_MORE'], [MSG_WAITFORONE, 'MSG_WAITFORONE'], [MSG_BATCH, 'MSG_BATCH'], [MSG_ZEROCOPY, 'MSG_ZEROCOPY'],
  [MSG_FASTOPEN, 'MSG_FASTOPEN'], [MSG_CMSG_CLOEXEC, 'MSG_CMSG_CLOEXEC'],
];

export const SHUT_RD = 0;
export const SHUT_WR = 1;
export const SHUT_RDWR = 2;
export const SHUT_NAMES: Names = [
  [SHUT_RD, 'SHUT_RD'], [SHUT_WR, 'SHUT_WR'], [SHUT_RDWR, 'SHUT_RDWR'],
];

export const SOL_SOCKET = 1;
export const SOL_IP = 0;
export const SOL_TCP = 6;
export const SOL_UDP = 0x11;
export const SOL_IPV6 = 0x29;
export const SOL_ICMPV6 = 0x3a;
export const SOL_RAW = 0xff;
export const SOL_PACKET = 0x107;
export const SOL_NETLINK = 0x10e;
export const SOL_NAMES: Names = [
  [SOL_SOCKET, 'SOL_SOCKET'], [SOL_IP, 'SOL_IP'], [SOL_TCP, 'SOL_TCP'], [SOL_UDP, 'SOL_UDP'], [SOL_IPV6, 'SOL_IPV6'], [SOL_ICMPV6, 'SOL_ICMPV6'],
  [SOL_RAW, 'SOL_RAW'], [SOL_PACKET, 'SOL_PACKET'], [SOL_NETLINK, 'SOL_NETLINK'],
];

export const SO_DEBUG = 1;
export const SO_REUSEADDR = 2;
export const SO_TYPE = 3;
export const SO_ERROR = 4;
export const SO_DONTROUTE = 5;
export const SO_BROADCAST = 6;
export const SO_SNDBUF = 7;
export const SO_RCVBUF = 8;
export const SO_KEEPALIVE = 9;
export const SO_OOBINLINE = 0xa;
export const SO_NO_CHECK = 0xb;
export const SO_PRIORITY = 0xc;
export const SO_LINGER = 0xd;
export const SO_BSDCOMPAT = 0xe;
export const SO_REUSEPORT = 0xf;
export const SO_PASSCRED = 0x10;
export const SO_PEERCRED = 0x11;
export const SO_RCVLOWAT = 0x12;
export const SO_SNDLOWAT = 0x13;
export const SO_RCVTIMEO_OLD = 0x14;
export const SO_SNDTIMEO_OLD = 0x15;
export const SO_BINDTODEVICE = 0x19;
export const SO_ATTACH_FILTER = 0x1a;
export const SO_DETACH_FILTER = 0x1b;
export const SO_PEERNAME = 0x1c;
export const SO_TIMESTAMP_OLD = 0x1d;
export const SO_ACCEPTCONN = 0x1e;
export const SO_PEERSEC = 0x1f;
export const SO_SNDBUFFORCE = 0x20;
export const SO_PASSSEC = 0x22;
export const SO_TIMESTAMPNS_OLD = 0x23;
export const SO_MARK = 0x24;
export const SO_TIMESTAMPING_OLD = 0x25;
export const SO_PROTOCOL = 0x26;
export const SO_DOMAIN = 0x27;
export const SO_RXQ_OVFL = 0x28;
export const SO_WIFI_STATUS = 0x29;
export const SO_PEEK_OFF = 0x2a;
export const SO_NOFCS = 0x2b;
export const SO_LOCK_FILTER = 0x2c;
export const SO_SELECT_ERR_QUEUE = 0x2d;
export const SO_BUSY_POLL = 0x2e;
export const SO_MAX_PACING_RATE = 0x2f;
export const SO_BPF_EXTENSIONS = 0x30;
export const SO_INCOMING_CPU = 0x31;
export const SO_ATTACH_BPF = 0x32;
export const SO_ATTACH_REUSEPORT_CBPF = 0x33;
export const SO_ATTACH_REUSEPORT_EBPF = 0x34;
export const SO_CNX_ADVICE = 0x35;
export const SO_MEMINFO = 0x37;
export const SO_INCOMING_NAPI_ID = 0x38;
export const SO_COOKIE = 0x39;
export const SO_PEERGROUPS = 0x3b;
export const SO_ZEROCOPY = 0x3c;
export const SO_RCVTIMEO_NEW = 0x42;
export const SO_SNDTIMEO_NEW = 0x43;
export const SO_NAMES: Names = [
  [SO_DEBUG, 'SO_DEBUG'], [SO_REUSEADDR, 'SO_REUSEADDR'], [SO_TYPE, 'SO_TYPE'], [SO_ERROR, 'SO_ERROR'], [SO_DONTROUTE, 'SO_DONTROUTE'],
  [SO_BROADCAST, 'SO_BROADCAST'], [SO_SNDBUF, 'SO_SNDBUF'], [SO_RCVBUF, 'SO_RCVBUF'], [SO_KEEPALIVE, 'SO_KEEPALIVE'], [SO_OOBINLINE, 'SO_OOBINLINE'],
  [SO_NO_CHECK, 'SO_NO_CHECK'], [SO_PRIORITY, 'SO_PRIORITY'], [SO_LINGER, 'SO_LINGER'], [SO_BSDCOMPAT, 'SO_BSDCOMPAT'],
  [SO_REUSEPORT, 'SO_REUSEPORT'], [SO_PASSCRED, 'SO_PASSCRED'], [SO_PEERCRED, 'SO_PEERCRED'], [SO_RCVLOWAT, 'SO_RCVLOWAT'],
  [SO_SNDLOWAT, 'SO_SNDLOWAT'], [SO_RCVTIMEO_OLD, 'SO_RCVTIMEO_OLD'], [SO_SNDTIMEO_OLD, 'SO_SNDTIMEO_OLD'], [SO_BINDTODEVICE, 'SO_BINDTODEVICE'],
  [SO_ATTACH_FILTER, 'SO_ATTACH_FILTER'], [SO_DETACH_FILTER, 'SO_DETACH_FILTER'], [SO_PEERNAME, 'SO_PEERNAME'],
  [SO_TIMESTAMP_OLD, 'SO_TIMESTAMP_OLD'], [SO_ACCEPTCONN, 'SO_ACCEPTCONN'], [SO_PEERSEC, 'SO_PEERSEC'], [SO_SNDBUFFORCE, 'SO_SNDBUFFORCE'],
  [SO_PASSSEC, 'SO_PASSSEC'], [SO_TIMESTAMPNS_OLD, 'SO_TIMESTAMPNS_OLD'], [SO_MARK, 'SO_MARK'], [SO_TIMESTAMPING_OLD, 'SO_TIMESTAMPING_OLD'],
  [SO_PROTOCOL, 'SO_PROTOCOL'], [SO_DOMAIN, 'SO_DOMAIN'], [SO_RXQ_OVFL, 'SO_RXQ_OVFL'], [SO_WIFI_STATUS, 'SO_WIFI_STATUS'],
  [SO_PEEK_OFF, 'SO_PEEK_OFF'], [SO_NOFCS, 'SO_NOFCS'], [SO_LOCK_FILTER, 'SO_LOCK_FILTER'], [SO_SELECT_ERR_QUEUE, 'SO_SELECT_ERR_QUEUE'],
  [SO_BUSY_POLL, 'SO_BUSY_POLL'], [SO_MAX_PACING_RATE, 'SO_MAX_PACING_RATE'], [SO_BPF_EXTENSIONS, 'SO_BPF_EXTENSIONS'],
  [SO_INCOMING_CPU, 'SO_INCOMING_CPU'], [SO_ATTACH_BPF, 'SO_ATTACH_BPF'], [SO_ATTACH_REUSEPORT_CBPF, 'SO_ATTACH_REUSEPORT_CBPF'],
  [SO_ATTACH_REUSEPORT_EBPF, 'SO_ATTACH_REUSEPORT_EBPF'], [SO_CNX_ADVICE, 'SO_CNX_ADVICE'], [SO_MEMINFO, 'SO_MEMINFO'],
  [SO_INCOMING_NAPI_ID, 'SO_INCOMING_NAPI_ID'], [SO_COOKIE, 'SO_COOKIE'], [SO_PEERGROUPS, 'SO_PEERGROUPS'], [SO_ZEROCOPY, 'SO_ZEROCOPY'],
  [SO_RCVTIMEO_NEW, 'SO_RCVTIMEO_NEW'], [SO_SNDTIMEO_NEW, 'SO_SNDTIMEO_NEW'],
];

/** Options at level SOL_NETLINK (netlink(7)). */
export const NETLINK_OPTION_NAMES: Names = [
  [1, 'NETLINK_ADD_MEMBERSHIP'], [2, 'NETLINK_DROP_MEMBERSHIP'], [3, 'NETLINK_PKTINFO'], [4, 'NETLINK_BROADCAST_ERROR'], [5, 'NETLINK_NO_ENOBUFS'], [6, 'NETLINK_RX_RING'],
  [7, 'NETLINK_TX_RING'], [8, 'NETLINK_LISTEN_ALL_NSID'], [9, 'NETLINK_LIST_MEMBERSHIPS'], [0xa, 'NETLINK_CAP_ACK'], [0xb, 'NETLINK_EXT_ACK'], [0xc, 'NETLINK_GET_STRICT_CHK'],
];

export const TCP_NODELAY = 1;
export const TCP_MAXSEG = 2;
export const TCP_CORK = 3;
export const TCP_KEEPIDLE = 4;
export const TCP_KEEPINTVL = 5;
export const TCP_KEEPCNT = 6;
export const TCP_SYNCNT = 7;
export const TCP_LINGER2 = 8;
export const TCP_DEFER_ACCEPT = 9;
export const TCP_WINDOW_CLAMP = 0xa;
export const TCP_INFO = 0xb;
export const TCP_QUICKACK = 0xc;
export const TCP_CONGESTION = 0xd;
export const TCP_MD5SIG = 0xe;
export const TCP_USER_TIMEOUT = 0x12;
export const TCP_FASTOPEN = 0x17;
export const TCP_FASTOPEN_CONNECT = 0x1e;
export const TCP_ULP = 0x1f;
export const TCP_NAMES: Names = [
  [TCP_NODELAY, 'TCP_NODELAY'], [TCP_MAXSEG, 'TCP_MAXSEG'], [TCP_CORK, 'TCP_CORK'], [TCP_KEEPIDLE, 'TCP_KEEPIDLE'], [TCP_KEEPINTVL, 'TCP_KEEPINTVL'],
  [TCP_KEEPCNT, 'TCP_KEEPCNT'], [TCP_SYNCNT, 'TCP_SYNCNT'], [TCP_LINGER2, 'TCP_LINGER2'], [TCP_DEFER_ACCEPT, 'TCP_DEFER_ACCEPT'],
  [TCP_WINDOW_CLAMP, 'TCP_WINDOW_CLAMP'], [TCP_INFO, 'TCP_INFO'], [TCP_QUICKACK, 'TCP_QUICKACK'], [TCP_CONGESTION, 'TCP_CONGESTION'],
  [TCP_MD5SIG, 'TCP_MD5SIG'], [TCP_USER_TIMEOUT, 'TCP_USER_TIMEOUT'], [TCP_FASTOPEN, 'TCP_FASTOPEN'], [TCP_FASTOPEN_CONNECT, 'TCP_FASTOPEN_CONNECT'],
  [TCP_ULP, 'TCP_ULP'],
];

export const IP_TOS = 1;
export const IP_TTL = 2;
export const IP_HDRINCL = 3;
export const IP_OPTIONS = 4;
export const IP_RECVOPTS = 6;
export const IP_RETOPTS = 7;
export const IP_PKTINFO = 8;
export const IP_MTU_DISCOVER = 0xa;
export const IP_RECVERR = 0xb;
export const IP_RECVTTL = 0xc;
export const IP_RECVTOS = 0xd;
export const IP_MTU = 0xe;
export const IP_FREEBIND = 0xf;
export const IP_BIND_ADDRESS_NO_PORT = 0x18;
export const IP_MULTICAST_IF = 0x20;
export const IP_MULTICAST_TTL = 0x21;
export const IP_MULTICAST_LOOP = 0x22;
export const IP_ADD_MEMBERSHIP = 0x23;
export const IP_DROP_MEMBERSHIP = 0x24;
export const IP_NAMES: Names = [
  [IP_TOS, 'IP_TOS'], [IP_TTL, 'IP_TTL'], [IP_HDRINCL, 'IP_HDRINCL'], [IP_OPTIONS, 'IP_OPTIONS'], [IP_RECVOPTS, 'IP_RECVOPTS'],
  [IP_RETOPTS, 'IP_RETOPTS'], [IP_PKTINFO, 'IP_PKTINFO'], [IP_MTU_DISCOVER, 'IP_MTU_DISCOVER'], [IP_RECVERR, 'IP_RECVERR'],
  [IP_RECVTTL, 'IP_RECVTTL'], [IP_RECVTOS, 'IP_RECVTOS'], [IP_MTU, 'IP_MTU'], [IP_FREEBIND, 'IP_FREEBIND'],
  [IP_BIND_ADDRESS_NO_PORT, 'IP_BIND_ADDRESS_NO_PORT'], [IP_MULTICAST_IF, 'IP_MULTICAST_IF'], [IP_MULTICAST_TTL, 'IP_MULTICAST_TTL'],
  [IP_MULTICAST_LOOP, 'IP_MULTICAST_LOOP'], [IP_ADD_MEMBERSHIP, 'IP_ADD_MEMBERSHIP'], [IP_DROP_MEMBERSHIP, 'IP_DROP_MEMBERSHIP'],
];

export const IPV6_UNICAST_HOPS = 0x10;
export const IPV6_MULTICAST_IF = 0x11;
export const IPV6_MULTICAST_HOPS = 0x12;
export const IPV6_MULTICAST_LOOP = 0x13;
export const IPV6_V6ONLY = 0x1a;
export const IPV6_RECVPKTINFO = 0x31;
export const IPV6_PKTINFO = 0x32;
export const IPV6_RECVERR = 0x19;
export const IPV6_TCLASS = 0x43;
export const IPV6_NAMES: Names = [
  [IPV6_UNICAST_HOPS, 'IPV6_UNICAST_HOPS'], [IPV6_MULTICAST_IF, 'IPV6_MULTICAST_IF'], [IPV6_MULTICAST_HOPS, 'IPV6_MULTICAST_HOPS'],
  [IPV6_MULTICAST_LOOP, 'IPV6_MULTICAST_LOOP'], [IPV6_V6ONLY, 'IPV6_V6ONLY'], [IPV6_RECVPKTINFO, 'IPV6_RECVPKTINFO'], [IPV6_PKTINFO, 'IPV6_PKTINFO'],
  [IPV6_RECVERR, 'IPV6_RECVERR'], [IPV6_TCLASS, 'IPV6_TCLASS'],
];

export const SCM_RIGHTS = 1;
export const SCM_CREDENTIALS = 2;
export const SCM_NAMES: Names = [
  [SCM_RIGHTS, 'SCM_RIGHTS'], [SCM_CREDENTIALS, 'SCM_CREDENTIALS'],
];

export const SOMAXCONN = 0x1000;
export const SCM_MAX_FD = 0xfd;
