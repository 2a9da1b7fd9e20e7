package account

// CountHashes makes the service call argon or bcrypt whenever it computes such a hash.
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

// FillHasher takes every slot and queue place of the hasher, and returns a function that frees them.
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
