// Anonymous inodes: pipes, sockets, [eventpoll] … The base classes are in pseudo.ts; this is the name by which other rooms know them.
export { AnonInode, PseudoFile as AnonFile, PseudoInode, anonPath, newAnonInode } from './pseudo.ts';
