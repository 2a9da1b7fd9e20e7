package account

// CountHashes makes the service call count whenever it computes an argon2id or a bcrypt hash.
func (s *Service) CountHashes(argon, bcrypt func()) {
	derive, compare := s.hasher.derive, s.hasher.bcrypt
	s.hasher.derive = func(password, salt []byte, passes, memory uint32, threads uint8, size uint32) []byte {
		argon()
		return derive(password, salt, passes, memory, threads, size)
	}
	s.hasher.bcrypt = func(hash, password []byte) error {
		bcrypt()
		return compare(hash, password)
	}
}

// FillHasher takes every slot and every place in the queue for password hashes, and returns what frees them.
func (s *Service) FillHasher() (free func()) {
	for range cap(s.hasher.slots) {
		s.hasher.slots <- struct{}{}
	}
	queue := int64(cap(s.hasher.slots) * slotQueue)
	s.hasher.waiting.Add(queue)
	return func() {
		s.hasher.waiting.Add(-queue)
		for range cap(s.hasher.slots) {
			<-s.hasher.slots
		}
	}
}
