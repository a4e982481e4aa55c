;; Fills 31 MiB again and again: one instruction that is long, and in it nobody looks at the clock.

(func (export "okta:plugin/tools@0.1.0#call")
  (param $name i32) (param $name_size i32) (param $arguments i32) (param $size i32)
  (param i32 i32 i32 i32 i32 i32) (result i32)
  (drop (memory.grow (i32.const 500)))
  (loop $more
    (memory.fill (i32.const 65536) (i32.const 1) (i32.const 0x1e00000))
    (br $more))
  unreachable)
