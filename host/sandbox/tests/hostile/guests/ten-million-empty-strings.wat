;; Asks with ten million path parameters whose names and values are empty: 160 MB of zeros here, and a thousand
;; times a host's patience if it made a text of each.

(data (i32.const 8192) "/api/v1/groups")

(func (export "okta:plugin/tools@0.1.0#call")
  (param $name i32) (param $name_size i32) (param $arguments i32) (param $size i32)
  (param i32 i32 i32 i32 i32 i32) (result i32)
  (drop (memory.grow (i32.const 2500)))
  (call $get (i32.const 8192) (i32.const 14) (i32.const 65536) (i32.const 10000000) (i32.const 0) (i32.const 0)
    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 4096))
  (call $tell (i32.const 4096)))
